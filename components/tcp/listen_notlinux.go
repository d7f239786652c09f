//go:build !linux

package tcp

import "net"

// listenTCP opens a socket whose connections are probed when they are silent.
func listenTCP(address string) (net.Listener, error) { return net.Listen("tcp", address) }
