"""Other engines, given the workloads in their own language; what is left out is said at each.

An engine whose package is not installed raises `Absent` when it is given its work: `cedarpy` and
`pycasbin` are in the extra `bench`, iam-simulate comes from npm.
"""

from bench import iam_simulate, in_casbin, in_cedar
from bench.engines import Engine

ENGINES: dict[str, Engine] = {
    "cedarpy": in_cedar.engine,
    "pycasbin": in_casbin.engine,
    "iam-simulate": iam_simulate.engine,
}
