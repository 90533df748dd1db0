"""deploy/orders.service gives the server few rights, and those that it needs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graph.settings.environment import VARIABLES

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "orders.service"
MAX_EXPOSURE = 3.0
# PR_SET_MDWE is the kernel's own form of MemoryDenyWriteExecute, which systemd makes of system call filters.
DRAWS = """
import ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit("too old")
from weasyprint import HTML
print(HTML(string="<p>注文 order</p>").write_pdf()[:5])
"""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (Debian: systemd)")
def test_systemd_finds_little_exposed() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    found = re.search(r"Overall exposure level for orders\.service: (\d+\.\d+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) < MAX_EXPOSURE, done.stdout


def test_documents_are_drawn_without_memory_that_is_writable_and_executable() -> None:
    assert "MemoryDenyWriteExecute=true" in UNIT.read_text()
    done = subprocess.run([sys.executable, "-P", "-c", DRAWS], capture_output=True, text=True, timeout=120)
    if done.stderr.strip() == "too old":
        pytest.skip("needs Linux 6.3")
    assert done.stdout == "b'%PDF-'\n", done.stderr


def test_what_the_server_writes_is_in_the_one_folder_that_it_can_write() -> None:
    unit = UNIT.read_text()
    (folder,) = re.findall(r"ORDERS_DATA_FOLDER=(\S+)", unit)
    (state,) = re.findall(r"^StateDirectory=(\S+)$", unit, re.MULTILINE)
    assert folder == f"/var/lib/{state}"
    assert {"ProtectSystem=strict", "PrivateTmp=true"} <= set(unit.splitlines())


def test_each_setting_beside_the_unit_is_one() -> None:
    text = UNIT.read_text() + UNIT.with_name("orders.env").read_text()
    assert set(re.findall(r"\bORDERS_\w+(?==)", text)) <= {variable.name for variable in VARIABLES}
