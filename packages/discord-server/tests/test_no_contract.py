"""Where Discord's description of its API is absent, the server is as strict as it is by itself."""

from pathlib import Path

from discord_server.contract import Contract, described


def test_without_a_description_nothing_is_wrong(tmp_path: Path) -> None:
    contract = Contract(described(tmp_path / "absent.json"))
    contract.note("POST", "/channels/1/messages", b'{"tts": "loud"}', 200)
    assert contract.violations() == []
