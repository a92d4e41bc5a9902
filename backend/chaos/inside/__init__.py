"""What runs inside the job containers: `main.py` and its two neighbours are the files of the campaign's scripts."""
