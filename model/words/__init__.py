"""Word tables: cues, stop words, the user dictionary. Each file says at its top what it is for."""
