"""Letters of a file kept on disk, so that a million of them need little memory."""

import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from types import TracebackType

from model.records import Letter


class Spool:
    """Hold letters in a temporary file that only this process reads, and give them back by number."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._starts = array("q")

    def __enter__(self) -> "Spool":
        """Return the spool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the file."""
        self._file.close()

    def __len__(self) -> int:
        """Return how many letters are held."""
        return len(self._starts)

    def append(self, letter: Letter) -> None:
        """Put a letter behind the others."""
        self._starts.append(self._file.seek(0, 2))
        pickle.dump(letter, self._file, pickle.HIGHEST_PROTOCOL)

    def take(self, numbers: Iterable[int]) -> list[Letter]:
        """Return the letters of these numbers, in their order."""
        return list(self._read(numbers))

    def _read(self, numbers: Iterable[int]) -> Iterator[Letter]:
        for number in numbers:
            self._file.seek(self._starts[number])
            letter: Letter = pickle.load(self._file)  # noqa: S301 - written by this process into a file without a name
            yield letter
