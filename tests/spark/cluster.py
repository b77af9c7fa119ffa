"""A real Spark on this machine: a standalone master, two workers of one core, a Connect server.

Everything listens on loopback, on ports of the run's own, and ends with the context.
"""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

START_S = 300
"""A Connect server and its two executors on a busy machine."""
_PR_SET_PDEATHSIG = 1
_MASTER = "org.apache.spark.deploy.master.Master"
_WORKER = "org.apache.spark.deploy.worker.Worker"
_CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"


@contextmanager
def running(home: Path, folder: Path) -> Iterator[str]:
    """The address of the Connect server (`sc://…`) of `home`'s Spark; `folder` takes logs and
    scratch files."""
    master, connect = free_ports(2)
    with ExitStack() as stack:
        _start(
            stack,
            home,
            folder / "master",
            ["spark-class", _MASTER, "--host", "127.0.0.1"],
            ["--port", str(master), "--webui-port", "0"],
        )
        wait_for(master)
        url = f"spark://127.0.0.1:{master}"
        for number in (1, 2):
            _start(
                stack,
                home,
                folder / f"worker-{number}",
                ["spark-class", _WORKER, "--host", "127.0.0.1", "--cores", "1", "--memory", "1g"],
                ["--webui-port", "0", "--work-dir", str(folder / f"work-{number}"), url],
            )
        settings = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(connect),
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.executor.memory": "512m",
            "spark.local.dir": str(folder / "local"),
            "spark.sql.adaptive.enabled": "false",  # for a few rows, compiling and planning anew
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",  # cost more than they save
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": str(folder / "tables"),
            "spark.ui.enabled": "false",
        }
        _start(
            stack,
            home,
            folder / "connect",
            ["spark-submit", "--class", _CONNECT, "--master", url],
            [part for item in settings.items() for part in ("--conf", "=".join(item))],
        )
        wait_for(connect)
        yield f"sc://127.0.0.1:{connect}"


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def is_open(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def wait_for(port: int) -> None:
    """Until somebody listens."""
    until = time.monotonic() + START_S
    while not is_open(port):
        assert time.monotonic() < until, f"nobody listens on {port}"
        time.sleep(0.2)


def _start(
    stack: ExitStack, home: Path, folder: Path, command: list[str], options: list[str]
) -> None:
    """One program, in a process group of its own that ends with the stack."""
    folder.mkdir(parents=True)
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "1g",
        "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
    }
    log = stack.enter_context((folder / "log").open("wb"))
    program = subprocess.Popen(
        [str(home / "bin" / command[0]), *command[1:], *options],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )
    stack.callback(_end, program)


def _die_with_parent() -> None:
    """A killed test run leaves no servers."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(program: subprocess.Popen[bytes]) -> None:
    for sign, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        try:
            os.killpg(program.pid, sign)
            program.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
