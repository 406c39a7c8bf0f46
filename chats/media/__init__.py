"""Files: told apart by their bytes, measured, kept, fetched, repaired and handed over; knows no rows and no sockets."""

FRAMES = "frames"  # `container` of a film kept as a ZIP of JPEG pictures
