package http1

import (
	"bytes"
	"fmt"
)

// maxEmptyLines is how many empty lines before a request line are skipped. Some
// old clients send one behind a body (RFC 9112 section 2.2).
const maxEmptyLines = 4

// A headParser cuts the heads of requests out of a connection's bytes (RFC 9112
// sections 2 to 6). It refuses what two parsers could understand in two ways,
// for that is how requests are smuggled (section 11.2).
type headParser struct {
	limits *Limits // never nil

	// The state of the head that is not complete yet, as offsets into its bytes.
	scanned int // no line end is left to find before
	lines   int // complete lines: the request line and the field lines
	empty   int // empty lines before the request line
	line    int // start of the line that is not complete yet
	start   int // start of the request line
	method  int // end of the method, as far as it was seen
	target  int // end of the request-target, as far as it was seen
	fields  int // start of the first field line
	minor   int // the version is HTTP/1.minor
}

// parse looks for the end of a head in b: all bytes received since the end of
// the last message, the same ones with more behind them at each call.
//
// While the head is incomplete, parse returns nil, 0, nil. Once it is complete,
// parse returns the request and the number of bytes the head took, and is ready
// for the next one. The request keeps nothing of b; all its strings are parts of
// one copy of the head.
//
// An error is a *Failure that closes the connection; its Request holds what was
// understood, its Stage is empty. Faults of the request line are found as soon
// as that is complete, or sooner. parse is not called again after one.
func (p *headParser) parse(b []byte) (req *Request, n int, err error) {
	// No decision looks beyond the limit, so that it does not matter in which
	// pieces the bytes come.
	head := b[:min(len(b), p.limits.head())]
	for {
		i := bytes.IndexByte(head[p.scanned:], '\n')
		if i < 0 {
			break
		}
		end := p.scanned + i + 1
		line := head[p.line:end]
		p.scanned, p.line = end, end
		switch empty := len(line) == 1 || len(line) == 2 && line[0] == '\r'; {
		case !empty:
			if p.lines++; p.lines > 1 {
				continue
			}
			if err := p.requestLine(head[:end]); err != nil {
				return nil, 0, err
			}
			p.fields = end
		case p.lines > 0:
			return p.finish(head[:end])
		default:
			if p.empty++; p.empty > maxEmptyLines {
				return nil, 0, p.fail(head, 400, "too many empty lines before the request line")
			}
			p.start, p.method = end, end
		}
	}
	p.scanned = len(head)
	if p.lines == 0 {
		if err := p.requestLine(head); err != nil {
			return nil, 0, err
		}
	}
	if len(head) == p.limits.head() {
		return nil, 0, p.fail(head, 431, "head exceeds %d bytes", p.limits.head())
	}
	return nil, 0, nil
}

// requestLine checks the request line at the end of b, complete with its line
// end or as far as it has come, and notes where its parts are (RFC 9112 section
// 3). One space, no more, stands between them.
func (p *headParser) requestLine(b []byte) error {
	for p.method < len(b) && isToken[b[p.method]] {
		p.method++
	}
	switch i := p.method; {
	case i == len(b):
		return nil
	case i == p.start && i == len(b)-1 && b[i] == '\r':
		return nil // an empty line, as it seems
	case i == p.start:
		return p.fail(b, 400, "request line: %s instead of a method", byteFault(b, i))
	case b[i] == '\r' || b[i] == '\n':
		return p.fail(b, 400, "request line: no target")
	case b[i] != ' ':
		return p.fail(b, 400, "request line: %s in the method", byteFault(b, i))
	}
	start, tooFar := p.method+1, p.method+1+p.limits.target()+1
	p.target = max(p.target, start)
	for p.target < min(len(b), tooFar) && isTarget[b[p.target]] {
		p.target++
	}
	if p.target == tooFar {
		return p.fail(b, 414, "request line: target exceeds %d bytes", p.limits.target())
	}
	switch i := p.target; {
	case i == len(b):
		return nil
	case b[i] == '\r' || b[i] == '\n':
		return p.fail(b, 400, "request line: no version") // as in HTTP/0.9
	case b[i] != ' ':
		return p.fail(b, 400, "request line: %s in the target", byteFault(b, i))
	case i == start:
		return p.fail(b, 400, "request line: two spaces before the target")
	}
	return p.version(b)
}

// version checks the end of the request line, if b holds it: HTTP-version (RFC
// 9112 section 2.3) and the line end.
func (p *headParser) version(b []byte) error {
	v := b[p.target+1:]
	if string(v) == "HTTP/1.1\r\n" {
		p.minor = 1
		return nil
	}
	if len(v) == 0 || v[len(v)-1] != '\n' {
		return nil
	}
	v = bytes.TrimSuffix(v[:len(v)-1], []byte("\r"))
	if len(v) != len("HTTP/1.1") || string(v[:5]) != "HTTP/" || v[6] != '.' || !isDigit(v[5]) || !isDigit(v[7]) {
		return p.fail(b, 400, "request line: malformed version %.16q", v)
	}
	if v[5] != '1' {
		return p.fail(b, 505, "request line: version %.16q", v)
	}
	p.minor = int(v[7] - '0')
	return nil
}

// finish makes the request of a complete head and resets p for the next one.
func (p *headParser) finish(head []byte) (*Request, int, error) {
	r := &Request{Major: 1, Minor: p.minor}
	s := string(head[p.start:])
	r.Method = commonMethod(s[:p.method-p.start])
	r.Target = s[p.method+1-p.start : p.target-p.start]
	lines, s := p.lines-1, s[p.fields-p.start:]
	*p = headParser{limits: p.limits}

	if lines > p.limits.fields() {
		return nil, 0, failure(r, 431, "more than %d field lines", p.limits.fields())
	}
	if err := parseTarget(r); err != nil {
		return nil, 0, err
	}
	var known knownFields
	header := make(Header, lines)
	for i := range header {
		n, fault := header[i].parse(s)
		if fault != "" {
			r.Header = header[:i]
			return nil, 0, failure(r, 400, "field line %d: %s", i+1, fault)
		}
		known.note(&header[i])
		s = s[n:]
	}
	r.Header = header
	if err := known.apply(r, p.limits); err != nil {
		return nil, 0, err
	}
	return r, len(head), nil
}

// fail returns a failure with what is known of a request whose head is not
// complete.
func (p *headParser) fail(b []byte, status int, format string, args ...any) error {
	r := &Request{Major: 1, Minor: 1}
	if p.method < len(b) && b[p.method] == ' ' {
		r.Method = string(b[p.start:p.method])
		r.Target = string(b[p.method+1 : max(p.method+1, p.target)])
	}
	if p.fields > 0 {
		r.Minor = p.minor
	}
	return failure(r, status, format, args...)
}

// failure returns a failure of the request r, of which no answer but the one to
// this failure can follow.
func failure(r *Request, status int, format string, args ...any) *Failure {
	if r != nil {
		r.Close = true
	}
	return &Failure{Status: status, Cause: fmt.Errorf(format, args...), Request: r, Close: true}
}

// commonMethod returns method. For the common methods it is a constant, so that
// keeping it does not keep the whole head.
func commonMethod(method string) string {
	switch method {
	case "GET":
		return "GET"
	case "HEAD":
		return "HEAD"
	case "POST":
		return "POST"
	case "PUT":
		return "PUT"
	case "DELETE":
		return "DELETE"
	case "OPTIONS":
		return "OPTIONS"
	case "PATCH":
		return "PATCH"
	}
	return method
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
