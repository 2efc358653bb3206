"""Photos: taken in, judged, kept as files, shown to whom they are meant for, deleted."""
