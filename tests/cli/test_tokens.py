"""`iamd tokens import`: seeds of hardware TOTP tokens from PSKC and CSV files."""

from functools import partial
from pathlib import Path

import pyotp
import pytest

from iamd.crypto import token_seed_file
from iamd.crypto.token_seed_file import HardwareToken, TokenFileError
from tests import iamd_command

SEED = b"12345678901234567890"
PSKC = """<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
  <KeyPackage>
    <DeviceInfo><Manufacturer>Maker</Manufacturer><SerialNo>GAHT12345678</SerialNo></DeviceInfo>
    <Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
      <AlgorithmParameters><ResponseFormat Length="{length}" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data><Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>
        <TimeInterval><PlainValue>30</PlainValue></TimeInterval></Data>
    </Key>
  </KeyPackage>
</KeyContainer>
"""
XML_BOMB = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><KeyContainer>&b;</KeyContainer>"""

VALID_FILES = [
    ("pskc", PSKC.format(length=6), [HardwareToken("GAHT12345678", SEED)]),
    (
        "csv in hex",
        f"serial,seed\nT-1000001,{SEED.hex()}\nT-2000002,{SEED.hex().upper()}\n",
        [HardwareToken("T-1000001", SEED), HardwareToken("T-2000002", SEED)],
    ),
    ("csv in base32", "T-1000001,GEZDGNBVGY3TQOJQ GEZDGNBVGY3TQOJQ\n", [HardwareToken("T-1000001", SEED)]),
]


@pytest.mark.parametrize(("format_name", "text", "tokens"), VALID_FILES, ids=[row[0] for row in VALID_FILES])
def test_token_files_are_parsed(format_name: str, text: str, tokens: list[HardwareToken]) -> None:
    assert token_seed_file.parse(text.encode()) == tokens


INVALID_FILES = [
    ("empty file", "", "the file contains no token"),
    (
        "eight digits",
        PSKC.format(length=8),
        "token GAHT12345678 does not generate six digits every 30 seconds",
    ),
    ("an entity bomb", XML_BOMB, "the PSKC file cannot be read or decrypted with this password"),
    ("broken xml", "<KeyContainer", "the PSKC file cannot be read or decrypted with this password"),
    ("a short seed", "T-1000001,AAAA", "the seed of token T-1000001 has 2 bytes, not 10 to 64"),
    ("no seed", "T-1000001,!!!", "the seed of token T-1000001 is neither hex nor base32"),
    ("no serial", ",GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "token 1 has no valid serial number"),
]


@pytest.mark.parametrize(("case", "text", "message"), INVALID_FILES, ids=[row[0] for row in INVALID_FILES])
def test_invalid_token_files_are_refused(case: str, text: str, message: str) -> None:
    with pytest.raises(TokenFileError) as caught:
        token_seed_file.parse(text.encode())
    assert str(caught.value) == message


def test_tokens_are_imported_once(tmp_path: Path) -> None:
    run = partial(iamd_command.run, cwd=tmp_path)
    run("init")
    (tmp_path / "seeds.csv").write_text(f"T-100000001,{SEED.hex()}\nT-100000002,{SEED.hex()}\n")
    assert run("tokens", "import", "seeds.csv").stdout == "2 tokens were imported, 0 already existed.\n"
    assert run("tokens", "import", "seeds.csv").stdout == "0 tokens were imported, 2 already existed.\n"
    missing = run("tokens", "import", "nothing.csv")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("iamd: ")
    assert "Traceback" not in missing.stderr


def test_imported_seed_generates_the_codes_of_rfc_6238() -> None:
    (token,) = token_seed_file.parse(PSKC.format(length=6).encode())
    # RFC 6238, appendix B: the last six of its eight digits.
    from iamd.crypto import totp

    assert totp.generate_code(token.seed, 59 // 30) == "287082"
    assert pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(59) == "287082"
