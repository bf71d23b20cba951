"""genai-prices as a source of prices: its data read with our own guards, never with its arithmetic.

https://github.com/pydantic/genai-prices
"""
