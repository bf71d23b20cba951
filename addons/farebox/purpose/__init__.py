"""Why a call was made: its purpose, by rules over the structure and the prompt of its request. Pure."""
