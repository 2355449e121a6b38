"""The Transformer, its tokenizers, corpora, training, decoding and saved models. Knows no Streamlit."""
