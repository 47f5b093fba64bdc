"""How much work the measurements may do."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Effort:
    rounds: int  # of bursts
    burst_seconds: float
    held: int  # sessions, connections and streams
    instructions_calls: int  # N: two runs, of N and 3 N calls
    syscall_calls: int
    with_nginx_internals: bool  # instructions of nginx too
    total_seconds: int  # everything is stopped after that


FULL = Effort(rounds=25, burst_seconds=0.3, held=10_000, instructions_calls=500, syscall_calls=2000,
              with_nginx_internals=True, total_seconds=600)
QUICK = Effort(rounds=9, burst_seconds=0.25, held=2_000, instructions_calls=300, syscall_calls=1000,
               with_nginx_internals=False, total_seconds=240)
