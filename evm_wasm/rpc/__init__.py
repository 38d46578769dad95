"""The devnet as JSON-RPC: one table of methods, served over HTTP and WebSocket on one port."""
