// Package sockets has stream connections as components that take and send bytes:
// Kamaelia's ServerCore, which runs a protocol component for each connection, its
// TCPClient, and its ConnectedSocketAdapter.
package sockets
