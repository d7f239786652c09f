package nethttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// writeHead sends status and fields. It returns the length of the body, -1 if it
// is not known.
func (c *call) writeHead(resp *http1.Response) (length int64) {
	head := c.writer.Header()
	c.writeFields(head, resp)
	if c.visit.RequestID {
		head[http1.RequestIDField] = []string{c.req.ID()}
	}
	// In HTTP/2 that would end the other streams, too.
	if resp.Close && c.req.Major < 2 || c.req.Close {
		head.Set("Connection", "close")
	}
	if len(head["Content-Type"]) == 0 {
		head["Content-Type"] = nil // no guesses
	}
	length = int64(len(resp.Bytes))
	switch {
	case resp.File != nil:
		length = resp.File.Length()
	case resp.Stream != nil && resp.Length > 0:
		length = resp.Length
	case resp.Stream != nil:
		length = -1
	}
	if resp.Bytes != nil || resp.File != nil || resp.Stream != nil || c.req.Method != http.MethodHead && resp.Status != 304 {
		// The handler's own word counts only where there is no body to measure.
		delete(head, "Content-Length")
		if length >= 0 && resp.Status != 204 && resp.Status != 304 {
			head["Content-Length"] = []string{strconv.FormatInt(length, 10)}
		}
	}
	c.writer.WriteHeader(resp.Status)
	return length
}

// writeFields sets the fields of a response, but for those that are the server's
// business.
func (c *call) writeFields(head http.Header, resp *http1.Response) {
	fields := fieldSet{head, make([]string, 0, len(resp.Header)+len(c.visit.Fields)+8)}
	for line := range strings.SplitSeq(string(resp.Rendered), "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields.add(http.CanonicalHeaderKey(name), strings.Trim(value, " \t"))
		}
	}
	for _, f := range resp.Header {
		switch name := http.CanonicalHeaderKey(f.Name); name {
		case "Connection", "Keep-Alive", "Transfer-Encoding":
		case "Date": // that of a response that was made before, as the Writer has it
			if _, err := http1.ParseDate(f.Value); err == nil {
				head.Set("Date", f.Value)
			}
		default:
			fields.add(name, f.Value)
		}
	}
	for _, f := range c.visit.Fields {
		fields.add(http.CanonicalHeaderKey(f.Name), f.Value)
	}
}

// A fieldSet adds fields to a http.Header. Their values lie together as long as
// there is room.
type fieldSet struct {
	head   http.Header
	values []string
}

// add adds a field by its name in canonical form.
func (s *fieldSet) add(name, value string) {
	if old := s.head[name]; len(old) > 0 || len(s.values) == cap(s.values) {
		s.head[name] = append(old, value)
		return
	}
	i := len(s.values)
	s.values = append(s.values, value)
	s.head[name] = s.values[i : i+1 : i+1]
}
