package nethttp

import (
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A head is the head of an answer as it was when WriteHeader was called.
type head struct {
	status   int
	fields   http1.Header
	length   int64    // that the http.Handler has told, or -1
	sniff    bool     // the Content-Type is to be found out
	close    bool     // Connection: close
	trailers bool     // fields may follow the body
	declared []string // their names
}

// newHead takes what WriteHeader was called with.
func newHead(status int, header http.Header) head {
	h := head{status: status, length: -1, fields: make(http1.Header, 0, len(header))}
	_, typed := header["Content-Type"] // with a nil value: none is wanted
	h.sniff = !typed && header.Get("Content-Encoding") == ""
	for _, name := range slices.Sorted(maps.Keys(header)) {
		switch {
		case strings.HasPrefix(name, http.TrailerPrefix):
			h.trailers = true
			continue
		case !fieldName(name):
			continue
		}
		for _, value := range header[name] {
			value = fieldValue(value)
			if h.note(name, value) {
				h.fields = append(h.fields, http1.Field{Name: name, Value: value})
			}
		}
	}
	return h
}

// note takes notice of fields that say something to the server. It reports whether
// the field is to be sent.
func (h *head) note(name, value string) bool {
	switch name {
	case "Content-Length":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 0 || h.status == http.StatusNoContent {
			return false // as net/http does; and RFC 9110 section 8.6
		}
		h.length = n
	case "Connection":
		for option := range strings.SplitSeq(value, ",") {
			h.close = h.close || strings.EqualFold(strings.TrimSpace(option), "close")
		}
	case "Trailer":
		h.trailers = true
		for name := range strings.SplitSeq(value, ",") {
			if name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)); trails(name) {
				h.declared = append(h.declared, name)
			}
		}
	}
	return true
}

// fieldName reports whether a name can be sent. http1 refuses the other ones and
// with them the whole answer; net/http leaves them out.
func fieldName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return name != ""
}

var oneLine = strings.NewReplacer("\n", " ", "\r", " ")

// fieldValue returns a value as net/http would send it: on one line, so that none
// can smuggle in another field.
func fieldValue(value string) string { return strings.Trim(oneLine.Replace(value), " \t") }

// allowsBody reports whether a response with the status may have a body.
func (h *head) allowsBody() bool {
	return h.status >= 200 && h.status != http.StatusNoContent && h.status != http.StatusNotModified
}

// response returns the Response, still without a body. The sample is the begin of
// the body, by which its type is known.
func (h *head) response(req *http1.Request, sample []byte) *http1.Response {
	if h.sniff && len(sample) > 0 && h.allowsBody() {
		h.fields.Add("Content-Type", http.DetectContentType(sample))
	}
	return &http1.Response{Request: req, Status: h.status, Header: h.fields, Close: h.close}
}

// trailer returns the fields that follow the body: those that were declared, and
// those that have http.TrailerPrefix.
func (h *head) trailer(header http.Header) (trailer http1.Header) {
	add := func(name string, values []string) {
		for _, value := range values {
			trailer.Add(name, fieldValue(value))
		}
	}
	for _, name := range h.declared {
		add(name, header[name])
	}
	for _, key := range slices.Sorted(maps.Keys(header)) {
		if name, ok := strings.CutPrefix(key, http.TrailerPrefix); ok && trails(name) && fieldName(name) {
			add(name, header[key])
		}
	}
	return trailer
}
