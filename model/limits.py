"""Every limit on what comes from outside. Checked in the domain functions, mirrored by widgets."""

SENTENCE_CHARACTERS = 300
SENTENCE_TOKENS = 64

UPLOAD_BYTES = 64 * 2**20
UPLOAD_LINES = 200_000
LINE_CHARACTERS = 1_000

MODEL_BYTES = 64 * 2**20
MODEL_HEADER_BYTES = 64 * 2**10
MODEL_TENSORS = 500

D_MODEL = 512
LAYERS = 8
HEADS = 16
VOCABULARY = 16_000
PARAMETERS = 20_000_000

BEAM = 16
READINGS = 512
MODELS_IN_MEMORY = 8
SETS_OF_HEADS = 3_000  # of one size that are all tried; of a size with more, none
