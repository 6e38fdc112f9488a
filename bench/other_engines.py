"""Other engines, given the workloads in their own language; what is left out is said at each.

An engine whose package is not installed raises `Absent` when it is given its work: `cedarpy` and
`pycasbin` are in the extra `bench`, iam-simulate comes from npm.
"""

from bench import casbin_engine, cedar_engine, iam_simulate_engine
from bench.engines import Engine

ENGINES: dict[str, Engine] = {
    "cedarpy": cedar_engine.engine,
    "pycasbin": casbin_engine.engine,
    "iam-simulate": iam_simulate_engine.engine,
}
