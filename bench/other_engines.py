"""Other policy engines; each module describes how the workloads are translated and what is left out.

An engine raises EngineUnavailable if its package is not installed: `cedarpy` and `pycasbin` are in the extra
`bench`, iam-simulate is installed with npm.
"""

from bench import casbin_engine, cedar_engine, iam_simulate_engine
from bench.engines import Engine

ENGINES: dict[str, Engine] = {
    "cedarpy": cedar_engine.engine,
    "pycasbin": casbin_engine.engine,
    "iam-simulate": iam_simulate_engine.engine,
}
