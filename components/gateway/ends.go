package gateway

import (
	"cmp"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Ends are the two ends of a connection, as variables tell of them. All requests
// of a connection may share them.
type Ends struct {
	conn                      *http1.Conn
	known                     bool
	here, port, there, remote string
	tls                       bool
}

// Of looks at a connection, if it is another one than before.
func (e *Ends) Of(conn *http1.Conn) {
	if e.known && e.conn == conn {
		return
	}
	*e = Ends{conn: conn, known: true}
	var local, remote net.Addr
	if conn != nil {
		local, remote, e.tls = conn.Local, conn.Remote, conn.TLS
	}
	e.here, e.port = endOf(local)
	e.there, e.remote = endOf(remote)
}

// each calls set with the variables of the connection. authority is the one that
// was asked for.
func (e *Ends) each(authority string, set func(name, value string)) {
	scheme, usual := "http", "80"
	if e.tls {
		scheme, usual = "https", "443"
		set("HTTPS", "on")
	}
	port := e.port
	if port == "" { // a socket of Unix: the client's word is all there is
		port = cmp.Or(portOf(authority), usual)
	}
	set("REQUEST_SCHEME", scheme)
	set("SERVER_NAME", cmp.Or(hostOf(authority), e.here))
	set("SERVER_ADDR", e.here)
	set("SERVER_PORT", port)
	set("REMOTE_ADDR", e.there)
	set("REMOTE_HOST", e.there)
	set("REMOTE_PORT", e.remote)
}

// endOf returns the address and the port of one end. That of a socket of Unix has
// neither: it is this machine.
func endOf(addr net.Addr) (ip, port string) {
	if addr == nil || addr.Network() == "unix" {
		return "127.0.0.1", ""
	}
	at, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return addr.String(), ""
	}
	return at.Addr().Unmap().WithZone("").String(), strconv.Itoa(int(at.Port()))
}

// hostOf returns an authority's host; that of IPv6 has its brackets (RFC 3875
// section 4.1.14).
func hostOf(authority string) string {
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		return authority[:colon]
	}
	return authority
}

func portOf(authority string) string {
	if host := hostOf(authority); len(host)+1 < len(authority) {
		return authority[len(host)+1:]
	}
	return ""
}
