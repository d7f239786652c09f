package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A head is what a script says of its answer (RFC 3875 section 6.2).
type head struct {
	status   int // 0 if it did not say
	reason   string
	location string // "" if there is none
	length   int64  // of the body, -1 if it did not say
	header   http1.Header
	raw      bool // the script makes all of it itself
}

// A headParser takes a script's output until its head is complete. Where the
// output is broken into pieces means nothing.
type headParser struct {
	most int  // bytes
	nph  bool // there is a status line first
	raw  bool // and nothing behind it is looked at

	buf  []byte
	done head // when it is complete
	line int  // where the line that is not complete begins
	seen int  // up to where line ends were looked for
}

// mostFields is how many lines a head may have.
const mostFields = 200

var (
	errHeadSize = errors.New("its head is too large")
	errLineSize = errors.New("its status line is too long")
	errNoField  = errors.New("its head says nothing of what follows: there is no Content-Type, Location or Status")
)

// write takes bytes. When the head is complete it returns it, and what follows.
func (p *headParser) write(b []byte) (h *head, rest []byte, err error) {
	if p.buf == nil {
		p.buf = b[:len(b):len(b)] // as it is, for as long as this call
		if h, rest, err = p.look(); h == nil && err == nil {
			p.buf = append(make([]byte, 0, 2*len(b)), b...)
		}
		return h, rest, err
	}
	p.buf = append(p.buf, b...)
	return p.look()
}

// look looks for the end of the head, in what has come since the last time.
func (p *headParser) look() (h *head, rest []byte, err error) {
	if p.raw {
		return p.first()
	}
	for {
		i := bytes.IndexByte(p.buf[p.seen:], '\n')
		if i < 0 {
			p.seen = len(p.buf)
			if p.seen > p.most {
				return nil, nil, errHeadSize
			}
			return nil, nil, nil
		}
		end := p.seen + i
		p.seen = end + 1
		if p.seen > p.most {
			return nil, nil, errHeadSize
		}
		if len(bytes.TrimSuffix(p.buf[p.line:end], []byte("\r"))) == 0 {
			if err = p.done.parse(string(p.buf[:p.line]), p.nph); err != nil {
				return nil, nil, err
			}
			return &p.done, p.buf[p.seen:], nil
		}
		p.line = p.seen
	}
}

// parse parses the lines of a head, each with its LF or CR LF.
func (h *head) parse(text string, nph bool) error {
	lines := strings.Count(text, "\n")
	if lines > mostFields {
		return errHeadSize
	}
	*h = head{length: -1, header: make(http1.Header, 0, lines)}
	var said ofCGI
	first := nph
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if first {
			if err := h.statusLine(line); err != nil {
				return err
			}
			first = false
			continue
		}
		if err := h.field(line, &said, nph); err != nil {
			return err
		}
	}
	if first || !nph && said&(saidType|saidLocation|saidStatus) == 0 {
		return errNoField
	}
	return nil
}

// field takes one line.
func (h *head) field(line string, said *ofCGI, nph bool) error {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !http1.IsToken(name) {
		return fmt.Errorf("its head has a line that is no field: %.200q", line)
	}
	value = strings.Trim(value, " \t")
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("its field %s has a control character: %.200q", name, value)
		}
	}
	is := cgiField(name)
	if *said&is != 0 {
		return fmt.Errorf("its head has more than one %s", name)
	}
	*said |= is
	switch {
	case nph && is == saidStatus, len(name) > 6 && strings.EqualFold(name[:6], "X-CGI-"), is == 0 && http1.OfConnection(name):
		return nil
	case is == saidStatus:
		return h.setStatus(value)
	case is == saidLocation:
		if value == "" {
			return errors.New("its Location is empty")
		}
		h.location = value
	case is == saidLength:
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil {
			return fmt.Errorf("its Content-Length is no number: %.50q", value)
		}
		h.length = int64(n)
	}
	h.header = append(h.header, http1.Field{Name: name, Value: value})
	return nil
}

// ofCGI are fields that mean something to the gateway. Each may be there once.
type ofCGI int

const (
	saidType ofCGI = 1 << iota
	saidLocation
	saidStatus
	saidLength
)

// cgiField tells which of these a field is; 0 is none.
func cgiField(name string) ofCGI {
	switch {
	case strings.EqualFold(name, "Content-Type"):
		return saidType
	case strings.EqualFold(name, "Location"):
		return saidLocation
	case strings.EqualFold(name, "Status"):
		return saidStatus
	case strings.EqualFold(name, "Content-Length"):
		return saidLength
	}
	return 0
}

// statusLine takes the first line of a script that makes its whole head itself.
func (h *head) statusLine(line string) error {
	version, rest, _ := strings.Cut(line, " ")
	if major, ok := strings.CutPrefix(version, "HTTP/"); !ok || len(major) != 3 || major[1] != '.' {
		return fmt.Errorf("its first line is no status line: %.200q", line)
	}
	return h.setStatus(rest)
}

// setStatus takes a status: three digits, and a reason perhaps.
func (h *head) setStatus(value string) error {
	code, reason, _ := strings.Cut(value, " ")
	n, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || n < 200 || n > 599 {
		return fmt.Errorf("its status is none from 200 to 599: %.200q", value)
	}
	for i := range len(reason) {
		if c := reason[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("its status has a control character: %.200q", value)
		}
	}
	h.status, h.reason = int(n), strings.TrimSpace(reason)
	return nil
}

// local returns the path of a local redirect: of a head with nothing but a
// Location that is a path (RFC 3875 section 6.2.2).
func (h *head) local() (string, bool) {
	if h.status != 0 || len(h.header) != 1 || len(h.location) < 1 || h.location[0] != '/' || strings.HasPrefix(h.location, "//") {
		return "", false
	}
	return h.location, true
}

// response makes the answer, without its body.
func (h *head) response(req *http1.Request) *http1.Response {
	resp := &http1.Response{Request: req, Status: h.status, Reason: h.reason, Header: h.header}
	if resp.Status == 0 {
		if resp.Status = 200; h.location != "" {
			resp.Status = 302
		}
	}
	return resp
}
