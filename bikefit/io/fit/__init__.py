"""FIT files: a columnar decoder that knows nothing of feet, and the reader that does.

The decoder, each module built on those above it::

    profile                 names, types, scales and units of the public profile
    layout                  what the bytes of a message say by themselves
    walk                    over the messages from border to border, as fast as Python can
    order                   messages one by one, and whether one can follow another
    resync, doubt           where messages go on behind a break; which of those walked over are none
    checksum, scan          the parts of a file, where their messages begin, and what is damaged
    blocks, definitions     the messages of one layout as a matrix of bytes, and what its columns mean
    short_stamps            time stamps of compressed headers
    column, decoder         fields and messages by name, over the whole file

The reader::

    fields, choice          which field is which channel
    times, span             time stamps on one clock, and those of them that are the ride's
    placing, lasting        when a message begins, and how long its samples last
    records                 the samples of ``record``
    sensors, companions     gyroscopes and accelerometers; cadence, power, laps
    channels, reader        what the file holds, field by field; the recording

`writer` writes recordings.
"""
