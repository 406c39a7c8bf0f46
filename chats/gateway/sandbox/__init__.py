"""The gateway's routes without a model behind them: an ASGI application that measures what it is sent."""
