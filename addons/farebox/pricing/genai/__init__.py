"""genai-prices as a source of prices: only its data is used, with our own checks and arithmetic.

https://github.com/pydantic/genai-prices
"""
