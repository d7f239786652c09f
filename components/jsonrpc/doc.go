// Package jsonrpc calls functions of another program, and lets others call ours, by JSON-RPC
// 2.0 (https://www.jsonrpc.org/specification). Its messages are JSON texts; what cuts a
// stream of bytes into them is put around: lines.Protocol for a text in each line,
// framing.DeFramer for frames.
package jsonrpc
