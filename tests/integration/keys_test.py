#!/usr/bin/env python3
"""API keys on the command line: what is made, shown, replaced and ended, and what the file holds."""
import datetime
import json
import pathlib
import re
import stat
import unittest

from cli_support import CliTest

KEY = re.compile(r"^gatek_(live|test)_([a-z2-7]{12})_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\n$")


class Keys(CliTest):
    def keys(self, *args, code=0):
        return self.expect(code, "keys", args[0], "--file", "keys.yaml", *args[1:])

    def create(self, *args):
        out, _ = self.keys("create", "--owner", "me", *args)
        self.assertRegex(out, KEY)
        return out.strip()

    def listed(self):
        out, _ = self.keys("list", "--json")
        return json.loads(out)

    def file(self, name="keys.yaml"):
        return self.directory / name

    def days_left(self, text):
        end = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        return round((end - datetime.datetime.now(datetime.timezone.utc)) / datetime.timedelta(days=1))

    def test_a_key_is_shown_once_and_stored_nowhere(self):
        out, err = self.keys("create", "--name", "ci", "--owner", "me")
        self.assertRegex(out, KEY)
        self.assertIn("shown this once", err)
        secret = out.strip().split("_")[3]
        for path in self.directory.iterdir():
            self.assertNotIn(secret, path.read_text(encoding="utf-8"), path)
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)
        self.assertNotIn(secret, "".join(self.keys("list") + self.keys("list", "--json")))

    def test_what_it_may_do_is_kept(self):
        self.create("--name", "ci", "--env", "test", "--scopes", "a,b", "--scopes", "c", "--roles", "r", "--tools", "jira.get_*",
                    "--endpoints", "/mcp", "--cidr", "10.0.0.0/8,::1", "--tenant", "acme", "--attribute", "team=x", "--expires", "30d")
        key, = self.listed()
        self.assertEqual((key["name"], key["owner"], key["environment"], key["tenant"]), ("ci", "me", "test", "acme"))
        self.assertEqual((key["scopes"], key["roles"], key["tools"]), (["a", "b", "c"], ["r"], ["jira.get_*"]))
        self.assertEqual((key["endpoints"], key["cidrs"], key["attributes"]), (["/mcp"], ["10.0.0.0/8", "::1/128"], {"team": "x"}))
        self.assertEqual((key["state"], self.days_left(key["expires_at"])), ("active", 30))
        self.assertNotIn("hashes", key)

    def test_every_key_expires(self):
        self.create("--name", "ci")
        self.assertEqual(self.days_left(self.listed()[0]["expires_at"]), 90)
        _, err = self.keys("create", "--name", "long", "--expires", "4000d", code=2)
        self.assertIn("at most", err)
        self.keys("create", "--name", "never", "--expires", "0", code=2)

    def test_rotation(self):
        first = self.create("--name", "ci")
        out, err = self.keys("rotate", "ci", "--overlap", "2d")
        self.assertRegex(out, KEY)
        self.assertNotEqual(out.strip(), first)
        self.assertIn("old secret works until", err)
        key, = self.listed()
        self.assertEqual((key["state"], self.days_left(key["old_secret_until"])), ("rotating", 2))
        self.assertEqual(key["id"], first.split("_")[2])
        self.keys("rotate", key["id"], "--overlap", "0")
        self.assertEqual(self.listed()[0]["state"], "active")

    def test_revocation(self):
        self.create("--name", "ci")
        out, _ = self.keys("revoke", "ci", "--reason", "lost")
        self.assertIn("is revoked", out)
        key, = self.listed()
        self.assertEqual((key["state"], key["revoke_reason"]), ("revoked", "lost"))
        self.keys("revoke", "ci", code=2)
        self.keys("rotate", "ci", code=2)
        self.create("--name", "ci")

    def test_wrong_words_are_explained(self):
        for args, words in ((("create",), "--name"), (("create", "--name", "a", "--cidr", "10.0.0.1/8"), "no network"),
                            (("create", "--name", "a", "--certificate", "x"), "thumbprint"), (("create", "--name", "a", "--env", "dev"), "--env"),
                            (("create", "--name", "a", "--attribute", "x"), "key=value"),
                            (("create", "--name", "a", "--endpoints", "mcp"), "no path of an endpoint, like /mcp"),
                            (("revok", "a"), "no command 'keys revok'; did you mean 'revoke'?"), (("rotate", "nobody"), "no key 'nobody'"),
                            (("create", "--name", "a", "--expires", "90"), "--expires")):
            _, err = self.keys(*args, code=2)
            self.assertIn(words, err)
        self.assertFalse(self.file().exists())
        self.create("--name", "twice")
        _, err = self.keys("create", "--name", "twice", code=2)
        self.assertIn("already", err)

    def test_a_file_that_is_not_understood_stays(self):
        self.file().write_text("keys:\n  - id: x\n", encoding="utf-8")
        for command in (("create", "--name", "ci"), ("list",)):
            _, err = self.keys(*command, code=2)
            self.assertRegex(err, r"(?m)^keys\.yaml:2: keys\[0\]: id must be")
        self.assertEqual(self.file().read_text(encoding="utf-8"), "keys:\n  - id: x\n")

    def test_a_pepper_can_be_replaced(self):
        self.create("--name", "old")
        self.keys("pepper")
        self.create("--name", "new")
        old, new = self.listed()
        self.assertNotEqual(old["pepper"], new["pepper"])
        pathlib.Path(self.file("keys.yaml.pepper")).unlink()
        out, err = self.keys("list")
        self.assertIn("pepper missing", out)
        self.assertIn("cannot be verified", err)

    def test_a_configuration_names_the_file(self):
        config = self.write("gatehouse.yaml", json.dumps({"servers": {"a": {"command": "true"}}}))
        _, err = self.expect(2, "keys", "list", "-c", config)
        self.assertIn("names no file for API keys", err)
        self.write("gatehouse.yaml", json.dumps({"servers": {"a": {"command": "true"}}, "auth": {"api_keys": {"file": "k.yaml", "max_lifetime": "10d"}}}))
        self.expect(2, "keys", "create", "--name", "ci", "--expires", "11d")
        out, _ = self.expect(0, "keys", "create", "--name", "ci", "--json")
        self.assertEqual(self.days_left(json.loads(out)["expires_at"]), 10)
        self.assertTrue(self.file("k.yaml").exists())

    def test_check_looks_into_the_files(self):
        config = {"servers": {"a": {"command": "true"}}, "auth": {"api_keys": {"file": "keys.yaml"}}, "policy": {"default": "allow"}}
        name = self.write("gatehouse.yaml", json.dumps(config))
        _, err = self.expect(0, "check", "-c", name)
        self.assertEqual(err, "warning: keys.yaml: there are no keys yet: gatehouse keys create --name NAME\n")
        self.create("--name", "ci")
        _, err = self.expect(0, "check", "-c", name)
        self.assertEqual(err, "")
        self.file().write_text(self.file().read_text(encoding="utf-8").replace("expires_at", "expire_at"), encoding="utf-8")
        _, err = self.expect(2, "check", "-c", name)
        self.assertIn("keys[0].expire_at: unknown key", err)
        del config["auth"]
        self.write("gatehouse.yaml", json.dumps({**config, "tls": {"certificate": "gw.pem", "key": "gw.key"}}))
        _, err = self.expect(2, "check", "-c", name)
        self.assertEqual(err, "gw.pem: cannot be read: No such file or directory\ngw.key: cannot be read: No such file or directory\n")


if __name__ == "__main__":
    unittest.main()
