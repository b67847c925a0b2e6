"""FIT files as columns: every message type a table, every field one numpy array.

How it works. `scan` walks over the file once and notes where each message begins. Messages of one definition
have the same bytes at the same places, so all of them are gathered at once into a matrix of bytes, one row a
message (``sliding_window_view(file, size)[starts]``); a field is a few columns of that matrix, seen through its
number type and byte order (``.view(dtype)``), an array field several numbers wide. Nothing is decoded before it
is asked for. Columns of one name are joined over all definitions of the message, in the order of the file.

Fields of no size hold nothing and are left out. Subfields and components are not resolved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bikefit.io.fit.blocks import Block
from bikefit.io.fit.column import Column, Piece
from bikefit.io.fit.definitions import definition_of_messages, describe, group
from bikefit.io.fit.profile import EPOCH_S, SYSTEM_TIME_LIMIT, message_name
from bikefit.io.fit.scan import scan
from bikefit.io.fit.short_stamps import unwrap_stamps
from bikefit.io.source import GZIP_MAGIC, load, read_stored

if TYPE_CHECKING:
    import pandas as pd


class Messages(Mapping[str, Column]):
    """All messages of one type, as columns by field name.

    A developer field is found by its name too; where a native field or another app's field has the same name, by
    ``name@index`` with the app's index, which is also how iteration lists it. A field that a definition
    names twice gets ``name#2``.

    Attributes
    ----------
    name : str
        Such as "record".
    starts : ndarray of int, shape (n,)
        First byte of each message in the file, ascending.
    blocks : tuple of Block
        The same messages by definition.
    """

    def __init__(self, name: str, blocks: list[Block]) -> None:
        """Put the blocks of one message type together."""
        self.name = name
        self.blocks = tuple(blocks)
        self.starts = np.sort(np.concatenate([block.starts for block in blocks]))
        self._columns: dict[str, Column] = {}

    @cached_property
    def _pieces(self) -> dict[str, list[Piece]]:
        """The pieces of each column by its key."""
        found: dict[str, list[Piece]] = {}
        for block in self.blocks:
            rows = np.searchsorted(self.starts, block.starts)
            for field in block.definition.fields:
                found.setdefault(field.key, []).append((rows, block, field))
        return found

    @property
    def own_keys(self) -> list[str]:
        """The keys of the fields that apps defined."""
        keys = (field.key for block in self.blocks for field in block.definition.fields if "@" in field.key)
        return list(dict.fromkeys(keys))

    @property
    def count(self) -> int:
        """Number of messages."""
        return len(self.starts)

    def __getitem__(self, name: str) -> Column:
        """Return a column by its key, or a developer field by its name alone."""
        if name not in self._pieces:
            own = [key for key in self._pieces if key.rpartition("@")[0] == name]
            if len(own) != 1:
                raise KeyError(name)
            name = own[0]
        if name not in self._columns:
            self._columns[name] = Column(self.count, self._pieces[name])
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the columns' keys."""
        return iter(self._pieces)

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self._pieces)

    def to_frame(self) -> pd.DataFrame:
        """Return the messages as a table, one row a message.

        Enumerations are named, UTC time stamps are times (seconds of a device without a clock stay numbers), an array
        field becomes one column per element, ``name_0``, ``name_1``...
        """
        import pandas as pd

        table: dict[str, Any] = {}
        for key, column in self.items():
            values = column.values
            if values.ndim > 1:
                table |= {f"{key}_{index}": values[:, index] for index in range(values.shape[1])}
            elif values.dtype != float:
                table[key] = values
            elif column.spec.type_name == "date_time" and (values[np.isfinite(values)] >= SYSTEM_TIME_LIMIT).all():
                table[key] = pd.to_datetime(values + EPOCH_S, unit="s", utc=True, errors="coerce")
            elif column.spec.labels:
                labels = column.spec.labels
                table[key] = [labels.get(int(value), int(value)) if np.isfinite(value) else None for value in values]
            else:
                table[key] = values
        return pd.DataFrame(table)


class FitData(Mapping[str, Messages]):
    """A decoded FIT file: message name -> its columns, in the order of first appearance.

    Attributes
    ----------
    damage : tuple of Damage
        What is not whole.
    size : int
        Bytes of the file.
    developer_fields : tuple of DeveloperField
        Fields that apps described, in the order of the file.
    undescribed : int
        Messages with developer fields that nothing describes; those fields are read as bytes.
    unsure_stamps : int
        Messages whose compressed time stamp may be off by a multiple of 32 s, for bytes are missing before it.
    """

    def __init__(self, data: bytes, name: str) -> None:
        """Decode the bytes of the file called ``name``."""
        found = scan(data, name)
        content = np.frombuffer(data, np.uint8)
        self.damage = found.damage
        self.size = len(data)
        rows = definition_of_messages(content, found)
        self.developer_fields = describe(content, found, rows)
        blocks = group(content, found, rows, self.developer_fields)
        self.unsure_stamps = unwrap_stamps(content, found, blocks)
        self.undescribed = sum(len(block.starts) for block in blocks if block.definition.undescribed)
        by_name: dict[str, list[Block]] = {}
        for block in blocks:
            by_name.setdefault(message_name(block.definition.message), []).append(block)
        self._messages = {name: Messages(name, blocks) for name, blocks in by_name.items()}

    def __getitem__(self, name: str) -> Messages:
        """Return the messages of one type."""
        return self._messages[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the message types."""
        return iter(self._messages)

    def __len__(self) -> int:
        """Return the number of message types."""
        return len(self._messages)


def decode_fit(path: str | Path) -> FitData:
    """Decode a FIT file into columns.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    FitData
        Message name -> `Messages`; ``decode_fit(path)["record"]["power"].values`` is one column,
        ``decode_fit(path)["record"].to_frame()`` a table. Of a damaged file, all that is whole.

    Raises
    ------
    RecordingError
        If the file cannot be opened, is empty or no FIT file.

    Notes
    -----
    Time stamps count seconds from 1989-12-31 00:00 UTC (`bikefit.io.fit.profile.EPOCH_S`). A field's invalid value
    is masked before scaling. Developer fields get the scale and offset of their own description.

    References
    ----------
    Flexible and Interoperable Data Transfer (FIT) Protocol, Garmin, https://developer.garmin.com/fit/protocol/
    """
    path = Path(path)
    data = read_stored(path)
    return decode_bytes(load(path).data if data[:2] == GZIP_MAGIC else data, path.name)


def decode_bytes(data: bytes, name: str) -> FitData:
    """Decode the bytes of a FIT file as `decode_fit` does; ``name`` is what to call it in an error."""
    return FitData(data, name)
