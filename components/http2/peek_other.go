//go:build !unix

package http2

import "net"

// begins reports whether a connection begins with a word.
func begins(conn net.Conn, word string) (net.Conn, bool, error) { return beginsByReading(conn, word) }
