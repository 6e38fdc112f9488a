from iamd.cli.main import run

run()
