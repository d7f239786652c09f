package wsgi

import (
	"encoding/binary"
	"net"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A scope makes the scope dicts of the requests of one connection, as the worker of
// an ASGI application reads them: "HTTP Connection Scope" in version 2.4 of its
// specification for HTTP. What is the same for all requests is made once.
type scope struct {
	prefix string // root_path
	mount  []byte // what is the same for all that comes to a mount
	conn   *http1.Conn
	about  []byte // what is the same for the connection
}

// append appends the message that gives a request to a worker: a tuple of its
// number, the scope, the start of the body, and whether more of that may come.
func (s *scope) append(b []byte, req *http1.Request) ([]byte, error) {
	if s.mount == nil {
		s.mount = append(appendKey(appendPair(nil, "type", "http"), "asgi"), typeDict)
		s.mount = append(appendPair(appendPair(s.mount, "version", "3.0"), "spec_version", "2.4"), typeNull)
		s.mount = appendText(s.mount, "root_path", s.prefix)
	}
	if s.about == nil || s.conn != req.Conn {
		s.conn = req.Conn
		s.about = appendEnds(s.about[:0], req.Conn)
	}
	b = append(startMessage(b), typeDict)
	b = append(append(b, s.mount...), s.about...)
	b = appendPair(b, "http_version", version(req))
	b = appendPair(b, "method", strings.ToUpper(req.Method))
	b = appendText(b, "path", strings.ToValidUTF8(req.Path, string(utf8.RuneError)))
	b = appendBytes(appendKey(b, "raw_path"), req.RawPath)
	b = appendBytes(appendKey(b, "query_string"), req.Query)
	b = appendHeaders(appendKey(b, "headers"), req)
	b = append(appendOwn(b, req), typeNull)
	return appendBody(b, req)
}

// version returns the http_version of a request: "1.0", "1.1" or "2".
func version(req *http1.Request) string {
	if req.Major > 1 {
		return strconv.Itoa(req.Major)
	}
	return strings.TrimPrefix(protocol(req), "HTTP/")
}

// appendOwn appends what ASGI has no place for, as an extension: by what name the
// log knows the request, and who was authenticated.
func appendOwn(b []byte, req *http1.Request) []byte {
	id := req.ID()
	if id == "" && req.User == "" {
		return b
	}
	b = append(appendKey(append(appendKey(b, "extensions"), typeDict), "kamaelia"), typeDict)
	if id != "" {
		b = appendText(b, "request_id", id)
	}
	if req.User != "" {
		b = appendText(appendText(b, "auth_type", req.AuthType), "user", strings.ToValidUTF8(req.User, string(utf8.RuneError)))
	}
	return append(b, typeNull, typeNull)
}

// appendEnds appends what tells of the two ends of a connection.
func appendEnds(b []byte, conn *http1.Conn) []byte {
	scheme := "http"
	var local, remote net.Addr
	if conn != nil {
		local, remote = conn.Local, conn.Remote
		if conn.TLS {
			scheme = "https"
		}
	}
	b = appendPair(b, "scheme", scheme)
	b = appendEnd(appendKey(b, "server"), local, true)
	return appendEnd(appendKey(b, "client"), remote, false)
}

// appendEnd appends an address and a port. A server's end that is a socket of Unix
// is told by its path; a client's has none.
func appendEnd(b []byte, addr net.Addr, server bool) []byte {
	if addr != nil && addr.Network() == "unix" && server {
		return append(appendString(append(b, typeTuple, 2), addr.String()), typeNone)
	}
	ip, port := endOf(addr)
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return append(b, typeNone)
	}
	return appendInt(appendString(append(b, typeTuple, 2), ip), int(n))
}

// appendHeaders appends the fields of a request as a list of tuples, in the order of
// their coming, their names in small letters. The host is the one that the request
// is for, whichever way that was said.
func appendHeaders(b []byte, req *http1.Request) []byte {
	at, n, host := len(b)+1, len(req.Header), false
	b = append(b, typeList, 0, 0, 0, 0)
	for i := range req.Header {
		if f := &req.Header[i]; len(f.Name) == len("Host") && strings.EqualFold(f.Name, "Host") {
			host = true
		}
	}
	if !host && req.Host != "" {
		b = appendField(b, "host", req.Host)
		n++
	}
	for i := range req.Header {
		f := &req.Header[i]
		value := f.Value
		if len(f.Name) == len("Host") && strings.EqualFold(f.Name, "Host") {
			value = req.Host
		}
		b = appendField(b, f.Name, value)
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(n))
	return b
}

// appendField appends one field.
func appendField(b []byte, name, value string) []byte {
	b = binary.LittleEndian.AppendUint32(append(b, typeTuple, 2, typeBytes), uint32(len(name)))
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return appendBytes(b, value)
}
