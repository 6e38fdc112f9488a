"""What emulators and stores refuse by themselves, and with iamd in front: writes docs/comparison.md.

python -m bench.comparison [--ministack PATH] [--write docs/comparison.md]
"""
