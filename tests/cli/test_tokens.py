"""`iamd tokens import`: seeds of hardware tokens from PSKC and CSV files."""

from functools import partial
from pathlib import Path

import pyotp
import pytest

from iamd.crypto import token_seed_file
from iamd.crypto.token_seed_file import HardwareToken, TokenFileError
from tests import running

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
BOMB = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><KeyContainer>&b;</KeyContainer>"""

READABLE = [
    ("pskc", PSKC.format(length=6), [HardwareToken("GAHT12345678", SEED)]),
    (
        "csv in hex",
        f"serial,seed\nT-1000001,{SEED.hex()}\nT-2000002,{SEED.hex().upper()}\n",
        [HardwareToken("T-1000001", SEED), HardwareToken("T-2000002", SEED)],
    ),
    ("csv in base32", "T-1000001,GEZDGNBVGY3TQOJQ GEZDGNBVGY3TQOJQ\n", [HardwareToken("T-1000001", SEED)]),
]


@pytest.mark.parametrize(("kind", "text", "tokens"), READABLE, ids=[row[0] for row in READABLE])
def test_files_of_makers_are_read(kind: str, text: str, tokens: list[HardwareToken]) -> None:
    assert token_seed_file.parse(text.encode()) == tokens


UNREADABLE = [
    ("nothing", "", "the file holds no token"),
    ("eight digits", PSKC.format(length=8), "token GAHT12345678 does not show six digits every 30 seconds"),
    ("a bomb", BOMB, "the PSKC file cannot be read, or opened with this password"),
    ("broken xml", "<KeyContainer", "the PSKC file cannot be read, or opened with this password"),
    ("a short seed", "T-1000001,AAAA", "the seed of token T-1000001 has 2 bytes, not 10 to 64"),
    ("no seed", "T-1000001,!!!", "the seed of token T-1000001 is neither hex nor base32"),
    ("no serial", ",GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "token 1 has no usable serial number"),
]


@pytest.mark.parametrize(("why", "text", "sentence"), UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_other_files_are_refused_in_a_sentence(why: str, text: str, sentence: str) -> None:
    with pytest.raises(TokenFileError) as refused:
        token_seed_file.parse(text.encode())
    assert str(refused.value) == sentence


def test_tokens_come_into_an_account_once(tmp_path: Path) -> None:
    run = partial(running.iamd, cwd=tmp_path)
    run("init")
    (tmp_path / "seeds.csv").write_text(f"T-100000001,{SEED.hex()}\nT-100000002,{SEED.hex()}\n")
    assert run("tokens", "import", "seeds.csv").stdout == "2 tokens were imported, 0 were there already.\n"
    assert run("tokens", "import", "seeds.csv").stdout == "0 tokens were imported, 2 were there already.\n"
    missing = run("tokens", "import", "nothing.csv")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("iamd: ")
    assert "Traceback" not in missing.stderr


def test_the_seed_is_the_one_of_the_token() -> None:
    (token,) = token_seed_file.parse(PSKC.format(length=6).encode())
    # RFC 6238, appendix B, whose eight digits end in these six.
    from iamd.crypto import totp

    assert totp.generate_code(token.seed, 59 // 30) == "287082"
    assert pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(59) == "287082"
