"""The numbers of the pieces that mean something to the model; ``vocabulary.load`` holds a vocabulary to them."""

UNKNOWN, START, END, SYNTHETIC = 0, 1, 2, 3
TAG = "<synthetic>"  # stands before a source that a machine made; a control symbol, so no text can contain it
FIRST = ("<unk>", "<s>", "</s>", TAG)
