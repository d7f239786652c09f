package http1

import (
	"errors"
	"strings"
	"testing"
)

// refusals are heads that could be understood in two ways, or in none.
var refusals = []struct {
	name   string
	head   string // GET / HTTP/1.1 and Host are added to one that starts with "+"
	status int
	cause  string
}{
	// The request line.
	{"RFC 9112 3: no target", "GET\r\n\r\n", 400, "request line: no target"},
	{"RFC 9112 3: HTTP/0.9, at the end of its line", "GET /\r\n", 400, "request line: no version"},
	{"RFC 9112 3: HTTP/0.9 with a bare LF", "GET /\n", 400, "request line: no version"},
	{"RFC 9112 3: space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: byte 0x20 instead of a method"},
	{"RFC 9112 3: two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: two spaces before the target"},
	{"RFC 9112 3: two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, `request line: malformed version " HTTP/1.1"`},
	{"RFC 9112 3: HTAB behind the method", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: byte 0x09 in the method"},
	{"RFC 9112 3: HTAB in the target", "GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: byte 0x09 in the target"},
	{"RFC 9112 3: space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, `request line: malformed version "b HTTP/1.1"`},
	{"RFC 9112 3: space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, `request line: malformed version "HTTP/1.1 "`},
	{"RFC 9110 9.1: method is not a token", "GE[T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, `request line: '[' in the method`},
	{"RFC 9110 9.1: a TLS handshake", "\x16\x03\x01\x02", 400, "request line: byte 0x16 instead of a method"},
	{"RFC 9112 2.2: bare CR before the request line", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: CR without LF instead of a method"},
	{"RFC 9112 2.2: bare CR in the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400, `request line: malformed version "HTTP/1.1\rHost: a"`},
	{"RFC 9112 2.2: two CR behind the request line", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400, `request line: malformed version "HTTP/1.1\r"`},
	{"RFC 9112 2.2: more empty lines than anyone sends", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "too many empty lines before the request line"},
	{"RFC 9112 2.3: version without HTTP", "GET / 1.1\r\nHost: a\r\n\r\n", 400, `request line: malformed version "1.1"`},
	{"RFC 9112 2.3: version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, `request line: malformed version "http/1.1"`},
	{"RFC 9112 2.3: two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, `request line: malformed version "HTTP/1.10"`},
	{"RFC 9112 2.3: no digit", "GET / HTTP/1.x\r\nHost: a\r\n\r\n", 400, `request line: malformed version "HTTP/1.x"`},
	{"RFC 9112 2.3: no minor version", "GET / HTTP/2\r\n\r\n", 400, `request line: malformed version "HTTP/2"`},
	{"RFC 9110 15.6.6: HTTP/2.0 by prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, `request line: version "HTTP/2.0"`},
	{"RFC 9110 15.6.6: HTTP/0.9 by name", "GET / HTTP/0.9\r\n\r\n", 505, `request line: version "HTTP/0.9"`},
	{"RFC 9110 15.6.6: HTTP/3.7", "GET / HTTP/3.7\r\n\r\n", 505, `request line: version "HTTP/3.7"`},

	// The target.
	{"RFC 9112 3.2: NUL", "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: byte 0x00 in the target"},
	{"RFC 9112 3.2: DEL", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: byte 0x7f in the target"},
	{"RFC 3986 2: not ASCII", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: byte 0xc3 in the target"},
	{"RFC 9112 3.2: fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "request line: '#' in the target"},
	{"RFC 9112 3.2: none of the forms", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: neither a path nor a http URI"},
	{"RFC 9112 3.2.1: bad escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: bad percent-encoding in the path"},
	{"RFC 9112 3.2.1: NUL in an escape", "GET /a%00.html HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: NUL in the path"},
	{"RFC 9112 3.2.2: another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: neither a path nor a http URI"},
	{"RFC 9112 3.2.2: no authority", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: empty host"},
	{"RFC 9110 4.2.4: user information", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: '@' in the host"},
	{"RFC 9112 3.2.2: Host even then", "GET http://a/ HTTP/1.1\r\n\r\n", 400, "no Host field"},
	{"RFC 9112 3.2.3: CONNECT with a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: '/' in the host"},
	{"RFC 9112 3.2.3: CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: no port"},
	{"RFC 9112 3.2.3: CONNECT with an empty port", "CONNECT a: HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: no port"},
	{"RFC 9112 3.2.3: authority-form is for CONNECT alone", "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: neither a path nor a http URI"},
	{"RFC 9112 3.2.4: asterisk-form is for OPTIONS alone", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: * is for OPTIONS alone"},
	{"RFC 9112 3.2.4: asterisk and more", "OPTIONS *x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target: neither a path nor a http URI"},

	// Field lines.
	{"RFC 9112 2.2: white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "field line 1: white space at the start of the line"},
	{"RFC 9112 5.2: obs-fold", "+X: a\r\n b\r\n\r\n", 400, "field line 3: white space at the start of the line"},
	{"RFC 9112 5.2: obs-fold with HTAB", "+X: a\r\n\tb\r\n\r\n", 400, "field line 3: white space at the start of the line"},
	{"RFC 9112 2.2: a line of white space", "+ \r\n\r\n", 400, "field line 2: white space at the start of the line"},
	{"RFC 9112 5.1: space before the colon", "+Content-Length : 5\r\n\r\n", 400, "field line 2: space before the colon"},
	{"RFC 9112 5.1: HTAB before the colon", "+X\t: 5\r\n\r\n", 400, "field line 2: space before the colon"},
	{"RFC 9110 5.1: empty name", "+: x\r\n\r\n", 400, "field line 2: empty name"},
	{"RFC 9110 5.1: space in the name", "+X Y: x\r\n\r\n", 400, "field line 2: byte 0x20 in the name"},
	{"RFC 9110 5.1: name is not a token", "+X(Y): x\r\n\r\n", 400, "field line 2: '(' in the name"},
	{"RFC 9110 5.1: name is not ASCII", "+X\xc3\xa4: x\r\n\r\n", 400, "field line 2: byte 0xc3 in the name"},
	{"RFC 9112 5: no colon", "+Xxx\r\n\r\n", 400, "field line 2: no colon"},
	{"RFC 9110 5.5: NUL", "+X: a\x00b\r\n\r\n", 400, "field line 2: byte 0x00 in the value of X"},
	{"RFC 9110 5.5: control character", "+X: long enough for two words \x1b\r\n\r\n", 400, "field line 2: byte 0x1b in the value of X"},
	{"RFC 9110 5.5: DEL", "+X: long enough for two words \x7f\r\n\r\n", 400, "field line 2: byte 0x7f in the value of X"},
	{"RFC 9112 2.2: bare CR in a value", "+X: a\rY: b\r\n\r\n", 400, "field line 2: CR without LF in the value of X"},
	{"RFC 9112 2.2: bare CR before CRLF", "+X: a\r\r\n\r\n", 400, "field line 2: CR without LF in the value of X"},
	{"RFC 9112 2.2: bare CR in a name", "+X\rY: b\r\n\r\n", 400, "field line 2: CR without LF in the name"},
	{"RFC 9112 2.2: bare CR before the empty line", "+X: a\r\n\r\r\n\r\n", 400, "field line 3: CR without LF in the name"},

	// Host.
	{"RFC 9112 3.2: no Host in HTTP/1.1", "GET / HTTP/1.1\r\nX: a\r\n\r\n", 400, "no Host field"},
	{"RFC 9112 3.2: no field at all", "GET / HTTP/1.1\r\n\r\n", 400, "no Host field"},
	{"RFC 9112 3.2: two equal ones", "+Host: a\r\n\r\n", 400, "more than one Host field"},
	{"RFC 9112 3.2: two in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", 400, "more than one Host field"},
	{"RFC 9110 4.2.1: empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "Host field: empty host"},
	{"RFC 9110 4.2.1: port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400, "Host field: empty host"},
	{"RFC 9110 7.2: space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Host field: byte 0x20 in the host"},
	{"RFC 9110 7.2: user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "Host field: '@' in the host"},
	{"RFC 9110 7.2: path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host field: '/' in the host"},
	{"RFC 9110 7.2: port is not a number", "GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n", 400, "Host field: bad port"},
	{"RFC 9110 7.2: port too large", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400, "Host field: bad port"},
	{"RFC 9110 7.2: two ports", "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", 400, "Host field: bad port"},
	{"RFC 3986 3.2.2: IPv6 without brackets", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400, "Host field: empty host"},
	{"RFC 3986 3.2.2: bracket not closed", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "Host field: bad IPv6 address"},
	{"RFC 3986 3.2.2: IPv4 in brackets", "GET / HTTP/1.1\r\nHost: [127.0.0.1]\r\n\r\n", 400, "Host field: bad IPv6 address"},
	{"RFC 6874: zone", "GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n", 400, "Host field: bad IPv6 address"},
	{"RFC 3986 3.2.2: name behind a bracket", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", 400, "Host field: 'a' in the host"},
	{"RFC 9112 3.2: invalid though the target overrides it", "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Host field: byte 0x20 in the host"},

	// Framing.
	{"RFC 9110 8.6: sign", "+Content-Length: +5\r\n\r\n", 400, `Content-Length field: "+5" is not a length`},
	{"RFC 9110 8.6: negative", "+Content-Length: -5\r\n\r\n", 400, `Content-Length field: "-5" is not a length`},
	{"RFC 9110 8.6: hexadecimal", "+Content-Length: 0x5\r\n\r\n", 400, `Content-Length field: "0x5" is not a length`},
	{"RFC 9110 8.6: fraction", "+Content-Length: 5.0\r\n\r\n", 400, `Content-Length field: "5.0" is not a length`},
	{"RFC 9110 8.6: empty", "+Content-Length:\r\n\r\n", 400, `Content-Length field: "" is not a length`},
	{"RFC 9110 8.6: digits apart", "+Content-Length: 5 5\r\n\r\n", 400, `Content-Length field: "5 5" is not a length`},
	{"RFC 9110 8.6: digits of another script", "+Content-Length: \u0665\r\n\r\n", 400, `Content-Length field: "٥" is not a length`},
	{"RFC 9110 8.6: overflow by one", "+Content-Length: 9223372036854775808\r\n\r\n", 400, `Content-Length field: "9223372036854775808" is not a length`},
	{"RFC 9110 8.6: overflow to a small number", "+Content-Length: 18446744073709551621\r\n\r\n", 400, `Content-Length field: "18446744073709551621" is not a length`},
	{"RFC 9112 6.3: list of equal lengths", "+Content-Length: 5, 5\r\n\r\n", 400, `Content-Length field: "5, 5" is not a length`},
	{"RFC 9112 6.3: two equal fields", "+Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400, "more than one Content-Length field"},
	{"RFC 9112 6.3: two different fields", "+Content-Length: 5\r\ncontent-length: 6\r\n\r\n", 400, "more than one Content-Length field"},
	{"RFC 9112 6.1: Transfer-Encoding and Content-Length", "+Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400, "Content-Length beside Transfer-Encoding"},
	{"RFC 9112 6.1: the other way round, empty", "+Content-Length: 5\r\nTransfer-Encoding:\r\n\r\n", 400, "Content-Length beside Transfer-Encoding"},
	{"RFC 9112 6.1: Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "Transfer-Encoding in HTTP/1.0"},
	{"RFC 9112 6.1: unknown coding", "+Transfer-Encoding: xchunked\r\n\r\n", 501, `Transfer-Encoding field: unknown coding "xchunked"`},
	{"RFC 9112 6.1: identity is gone", "+Transfer-Encoding: identity\r\n\r\n", 501, `Transfer-Encoding field: unknown coding "identity"`},
	{"RFC 9112 6.1: unknown coding before chunked", "+Transfer-Encoding: gzip, chunked\r\n\r\n", 501, `Transfer-Encoding field: unknown coding "gzip"`},
	{"RFC 9112 6.1: in two fields", "+Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", 501, `Transfer-Encoding field: unknown coding "gzip"`},
	{"RFC 9112 6.1: vertical tab before chunked", "+Transfer-Encoding: \vchunked\r\n\r\n", 400, "field line 2: byte 0x0b in the value of Transfer-Encoding"},
	{"RFC 9112 6.1: quoted", "+Transfer-Encoding: \"chunked\"\r\n\r\n", 501, `Transfer-Encoding field: unknown coding "\"chunked\""`},
	{"RFC 9112 6.3: chunked is not last", "+Transfer-Encoding: chunked, gzip\r\n\r\n", 400, "Transfer-Encoding field: chunked is not the last coding"},
	{"RFC 9112 6.1: chunked twice", "+Transfer-Encoding: chunked, chunked\r\n\r\n", 400, "Transfer-Encoding field: chunked is not the last coding"},
	{"RFC 9112 6.1: chunked in two fields", "+Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "Transfer-Encoding field: chunked is not the last coding"},
	{"RFC 9112 7.1: chunked with a parameter", "+Transfer-Encoding: chunked;q=1\r\n\r\n", 400, "Transfer-Encoding field: chunked with a parameter"},
	{"RFC 9110 5.6.1: empty element before chunked", "+Transfer-Encoding: , chunked\r\n\r\n", 400, "Transfer-Encoding field: empty element"},
	{"RFC 9110 5.6.1: empty element behind chunked", "+Transfer-Encoding: chunked,\r\n\r\n", 400, "Transfer-Encoding field: empty element"},
	{"RFC 9110 5.6.1: no element", "+Transfer-Encoding:\r\n\r\n", 400, "Transfer-Encoding field: empty element"},
	{"RFC 9110 10.1.1: unknown expectation", "+Expect: wonders\r\n\r\n", 417, `expectation "wonders"`},
	{"RFC 9110 10.1.1: an expectation more", "+Expect: 100-continue\r\nExpect: wonders\r\n\r\n", 417, `expectation "100-continue, wonders"`},
}

// wholeHead returns a head with what "+" stands for.
func wholeHead(head string) string {
	if rest, ok := strings.CutPrefix(head, "+"); ok {
		return "GET / HTTP/1.1\r\nHost: a\r\n" + rest
	}
	return head
}

func TestHeadRefuses(t *testing.T) {
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			_, n, err := parseHead(t, Limits{}, wholeHead(test.head))
			f, ok := errors.AsType[*Failure](err)
			if !ok || n != 0 || f.Status != test.status || f.Cause.Error() != test.cause {
				t.Errorf("got %d, %v; want %d: %s", n, err, test.status, test.cause)
			}
		})
	}
}

func TestHeadLimits(t *testing.T) {
	limits := Limits{Target: 20, Head: 100, Fields: 2, Body: 10}
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, test := range []struct {
		name, head string
		status     int // 0 for none
	}{
		{"RFC 9110 15.5.15: longest target", "GET /" + long(19) + " HTTP/1.1\r\nHost: a\r\n\r\n", 0},
		{"RFC 9110 15.5.15: longest target, incomplete", "GET /" + long(19), 0},
		{"RFC 9110 15.5.15: target too long", "GET /" + long(20) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
		{"RFC 9110 15.5.15: target too long, incomplete", "GET /" + long(20), 414},
		{"RFC 9110 15.5.15: target much too long", "GET /" + long(200), 414},
		{"RFC 9112 3: endless method", long(200), 431},
		{"RFC 9112 3: endless version", "GET / HTTP/1." + long(200), 431},
		{"RFC 6585 5: longest head", "GET / HTTP/1.1\r\nHost: a\r\nX: " + long(100-32) + "\r\n\r\n", 0},
		{"RFC 6585 5: head too large", "GET / HTTP/1.1\r\nHost: a\r\nX: " + long(101-32) + "\r\n\r\n", 431},
		{"RFC 6585 5: head too large, incomplete", "GET / HTTP/1.1\r\nHost: a\r\nX: " + long(101-32), 0},
		{"RFC 6585 5: head as large as can be, incomplete", "GET / HTTP/1.1\r\nHost: a\r\nX: " + long(100-28), 431},
		{"RFC 6585 5: most fields", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n", 0},
		{"RFC 6585 5: too many fields", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nX: y\r\n\r\n", 431},
		{"RFC 9110 15.5.14: largest body", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n", 0},
		{"RFC 9110 15.5.14: body too large", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := parseHead(t, limits, test.head)
			status := 0
			if f, ok := errors.AsType[*Failure](err); ok {
				status = f.Status
			}
			if status != test.status {
				t.Errorf("got %v; want %d", err, test.status)
			}
		})
	}
}

// The request of a failure tells all that was understood.
func TestHeadFailureRequest(t *testing.T) {
	for _, test := range []struct {
		name, head, method, target string
		minor                      int
		fields                     int
	}{
		{"nothing", "GE", "", "", 1, 0}, // the limit is reached
		{"bad method", "G[T / HTTP/1.0\r\n", "", "", 1, 0},
		{"no version", "GET /\r\n", "GET", "/", 1, 0},
		{"bad version", "GET /a HTTP/1.0x\r\n", "GET", "/a", 1, 0},
		{"bad target", "GET a HTTP/1.0\r\n\r\n", "GET", "a", 0, 0},
		{"bad field", "GET / HTTP/1.0\r\nX: y\r\nX\r\n\r\n", "GET", "/", 0, 1},
		{"bad Host", "GET / HTTP/1.0\r\nX: y\r\nHost: u@a\r\n\r\n", "GET", "/", 0, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := parseHead(t, Limits{Head: max(len(test.head), 1)}, test.head)
			f, ok := errors.AsType[*Failure](err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			r := f.Request
			if r.Method != test.method || r.Target != test.target || r.Major != 1 || r.Minor != test.minor || len(r.Header) != test.fields {
				t.Errorf("%v: got %q %q HTTP/%d.%d with %d fields", err, r.Method, r.Target, r.Major, r.Minor, len(r.Header))
			}
		})
	}
}
