package wsgi

import (
	"cmp"
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// An environ makes the environ dicts of the requests of one connection, as a
// worker reads them: those of PEP 3333 that are about the request, and
// REQUEST_URI, RAW_URI, REMOTE_PORT and REQUEST_ID. What is the same for all
// requests is made once.
type environ struct {
	prefix string // SCRIPT_NAME
	mount  []byte // what is the same for all that comes to a mount
	conn   *http1.Conn
	host   string
	about  []byte // what is the same for the connection, and the host
}

// mostBody is the most of a body that goes with the head, in bytes.
const mostBody = 16 << 10

// append appends the message that gives a request to a worker: a tuple of its
// number, the environ, the start of the body, and whether more of that may come.
func (e *environ) append(b []byte, req *http1.Request) ([]byte, error) {
	if e.mount == nil {
		e.mount = appendPair(appendPair(nil, "SERVER_SOFTWARE", "kamaelia"), "SCRIPT_NAME", e.prefix)
	}
	if e.about == nil || e.conn != req.Conn || e.host != req.Host {
		e.conn, e.host = req.Conn, req.Host
		e.about = appendConnection(e.about[:0], req)
	}
	b = append(startMessage(b), typeDict)
	b = append(append(b, e.mount...), e.about...)
	b = appendPair(b, "REQUEST_METHOD", req.Method)
	b = appendPair(b, "PATH_INFO", strings.TrimPrefix(req.Path, e.prefix))
	b = appendPair(b, "QUERY_STRING", req.Query)
	b = appendPair(b, "REQUEST_URI", req.Target)
	b = appendPair(b, "RAW_URI", req.Target)
	b = appendPair(b, "SERVER_PROTOCOL", protocol(req))
	if id := req.ID(); id != "" {
		b = appendPair(b, "REQUEST_ID", id)
	}
	if req.User != "" {
		b = appendPair(appendPair(b, "AUTH_TYPE", req.AuthType), "REMOTE_USER", req.User)
	}
	if req.Body != nil && req.ContentLength >= 0 {
		b = appendPair(b, "CONTENT_LENGTH", strconv.FormatInt(req.ContentLength, 10))
	}
	b = append(appendFields(b, req), typeNull)
	return appendBody(b, req)
}

// startMessage appends what a message begins with: of a tuple of 4, the number.
func startMessage(b []byte) []byte { return append(b, typeTuple, 4, typeInt, 0, 0, 0, 0) }

// numberAt is where the number of a request stands in its message, and startSize
// what one needs of it to know that.
const numberAt, startSize = 3, 7

// setNumber numbers a message.
func setNumber(message []byte, number uint32) {
	binary.LittleEndian.PutUint32(message[numberAt:], number)
}

// numberOf returns the number of a message, of which the beginning is enough.
func numberOf(message []byte) uint32 { return binary.LittleEndian.Uint32(message[numberAt:]) }

// appendBody appends what has come of the body, and whether there is more.
func appendBody(b []byte, req *http1.Request) ([]byte, error) {
	at, n, err := len(b), 0, error(nil)
	b = append(b, typeBytes, 0, 0, 0, 0)
	if req.Body != nil {
		room := int64(mostBody)
		if req.ContentLength >= 0 {
			room = min(room, req.ContentLength)
		}
		from := len(b)
		b = append(b, make([]byte, room)...)
		n, err = req.Body.ReadNow(b[from:])
		b = b[:from+n]
	}
	binary.LittleEndian.PutUint32(b[at+1:], uint32(n))
	return appendBool(b, req.Body != nil && int64(n) != req.ContentLength), err
}

func protocol(req *http1.Request) string {
	switch {
	case req.Major == 1 && req.Minor == 1:
		return "HTTP/1.1"
	case req.Major == 1 && req.Minor == 0:
		return "HTTP/1.0"
	}
	return "HTTP/" + strconv.Itoa(req.Major) + "." + strconv.Itoa(req.Minor)
}

// appendConnection appends what tells of the two ends of the connection.
func appendConnection(b []byte, req *http1.Request) []byte {
	scheme, port := "http", "80"
	var local, remote net.Addr
	if req.Conn != nil {
		local, remote = req.Conn.Local, req.Conn.Remote
		if req.Conn.TLS {
			scheme, port = "https", "443"
			b = appendPair(b, "HTTPS", "on")
		}
	}
	here, at := endOf(local)
	there, from := endOf(remote)
	name, asked := cutHost(req.Host)
	b = appendPair(b, "wsgi.url_scheme", scheme)
	b = appendPair(b, "SERVER_NAME", cmp.Or(name, here))
	b = appendPair(b, "SERVER_PORT", cmp.Or(at, asked, port)) // a socket of Unix has none
	b = appendPair(b, "REMOTE_ADDR", there)
	return appendPair(b, "REMOTE_PORT", from)
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

// cutHost takes an authority apart. The brackets of IPv6 stay.
func cutHost(authority string) (host, port string) {
	if colon := strings.LastIndexByte(authority, ':'); colon > strings.LastIndexByte(authority, ']') {
		return authority[:colon], authority[colon+1:]
	}
	return authority, ""
}
