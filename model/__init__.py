"""Text mining of petition letters: letters in, frozen records out; no Flask, no database."""
