"""How much work the measurements may do."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Effort:
    starts: int  # what is compared is started anew so often; the rounds are shared out
    rounds: int  # of bursts
    close_rounds: int  # where a few per cent decide
    burst_seconds: float
    tail_rounds: int  # where a 99th percentile is compared: fewer calls a second, so longer bursts
    tail_seconds: float
    tail_warm_up: float  # seconds before each of these bursts
    held: int  # sessions, connections and streams
    instructions_calls: int  # N: two runs, of N and 3 N calls
    syscall_calls: int
    with_nginx_internals: bool  # instructions of nginx too
    total_seconds: int  # everything is stopped after that


FULL = Effort(starts=4, rounds=24, close_rounds=40, burst_seconds=0.3, tail_rounds=60, tail_seconds=0.4, tail_warm_up=0.1,
              held=10_000, instructions_calls=500, syscall_calls=2000, with_nginx_internals=True, total_seconds=1200)
QUICK = Effort(starts=2, rounds=6, close_rounds=8, burst_seconds=0.2, tail_rounds=12, tail_seconds=0.3, tail_warm_up=0.1,
               held=2_000, instructions_calls=300, syscall_calls=1000, with_nginx_internals=False, total_seconds=300)
