package compress

import (
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A subject is what the rules have to know of a response.
type subject struct {
	mediaType string
	tag       string
	vary      string // joined
	length    string // Content-Length
	size      int64  // of the body in bytes, -1 if it is not known
	fixed     bool   // it must leave as it is

	// Once it is known that it will be coded:
	coding coding
	flows  bool // from a stream, where the coded bytes depend on its pauses
}

// newTag returns the entity tag of what is coded, "" for none.
func (s *subject) newTag() string { return tagFor(s.tag, codingNames[s.coding], s.flows) }

// subjectOf looks at the fields of a response.
func subjectOf(resp *http1.Response) (s subject) {
	for f := range resp.Fields() {
		// Most fields are told apart by their length.
		switch len(f.Name) {
		case len("ETag"):
			if s.tag == "" && strings.EqualFold(f.Name, "ETag") {
				s.tag = f.Value
			} else if strings.EqualFold(f.Name, "Vary") {
				s.vary = joined(s.vary, f.Value)
			}
		case len("Content-Type"):
			if s.mediaType == "" && strings.EqualFold(f.Name, "Content-Type") {
				s.mediaType = f.Value
			}
		case len("Cache-Control"): // and Content-Range
			s.fixed = s.fixed || strings.EqualFold(f.Name, "Content-Range") ||
				strings.EqualFold(f.Name, "Cache-Control") && forbidsTransforming(f.Value)
		case len("Content-Length"): // and Content-Digest
			if strings.EqualFold(f.Name, "Content-Length") {
				s.length = f.Value
			}
			s.fixed = s.fixed || strings.EqualFold(f.Name, "Content-Digest")
		case len("Content-Encoding"), len("Digest"), len("Repr-Digest"): // and Content-MD5
			// A digest is one of the bytes that are sent (RFC 9530 section 2).
			s.fixed = s.fixed || strings.EqualFold(f.Name, "Content-Encoding") || strings.EqualFold(f.Name, "Digest") ||
				strings.EqualFold(f.Name, "Repr-Digest") || strings.EqualFold(f.Name, "Content-MD5")
		}
	}
	s.size = sizeOf(resp, s.length)
	return s
}

func joined(list, more string) string {
	if list == "" {
		return more
	}
	return list + ", " + more
}

// forbidsTransforming reports whether a Cache-Control holds no-transform (RFC
// 9111 sections 5.2.1.6 and 5.2.2.6).
func forbidsTransforming(cacheControl string) bool {
	for directive := range strings.SplitSeq(cacheControl, ",") {
		if strings.EqualFold(strings.Trim(directive, " \t"), "no-transform") {
			return true
		}
	}
	return false
}

// sizeOf returns the size of the body that GET would have, -1 if it is not known,
// 0 if there is none.
func sizeOf(resp *http1.Response, told string) int64 {
	switch {
	case resp.Bytes != nil:
		return int64(len(resp.Bytes))
	case resp.File != nil:
		return resp.File.Size
	case resp.Stream != nil && resp.Length > 0:
		return resp.Length
	case resp.Stream != nil:
		return -1
	case resp.Request.Method != "HEAD":
		return 0
	}
	// A handler need not make a body for HEAD. What it tells of it counts.
	n := int64(-1)
	for i := range len(told) {
		if told[i] < '0' || told[i] > '9' || n > 1<<50 {
			return -1
		}
		n = 10*max(n, 0) + int64(told[i]-'0')
	}
	return n
}

// A verdict is what becomes of a response.
type verdict uint8

const (
	leave     verdict = iota // it could never have been coded
	tell                     // it leaves as it is, and could have been coded
	unchanged                // 304 of the handler's: it could have been coded
	encode                   // it is coded, if the client likes that
)

// judge decides by all that does not depend on the client's Accept-Encoding.
func (p *Press) judge(resp *http1.Response, s *subject) verdict {
	switch resp.Status {
	case 204, 205:
		return leave
	case 206:
		// Neither the whole nor a range of the whole may be coded here; but GET
		// without Range might get it coded (RFC 9110 section 15.3.7).
		if p.media.has(s.mediaType) || strings.HasPrefix(s.mediaType, "multipart/byteranges") {
			return tell
		}
		return leave
	case 304:
		if !s.fixed && (s.mediaType == "" || p.media.has(s.mediaType)) {
			return unchanged
		}
		return leave
	}
	if f := resp.File; f != nil && (f.Next != nil || f.Before != nil) {
		return leave // it is made of pieces
	}
	if s.fixed || s.size >= 0 && s.size < p.least || !p.media.has(s.mediaType) {
		return leave
	}
	req := resp.Request
	for v := range req.Header.Values("Cache-Control") {
		if forbidsTransforming(v) {
			return tell
		}
	}
	if req.Major == 1 && req.Minor == 0 && (resp.Bytes == nil || s.size > mostWhole) {
		return tell // the connection would have to be closed behind it
	}
	return encode
}

// addVary says that the answer depends on Accept-Encoding (RFC 9110 section
// 12.5.5).
func addVary(resp *http1.Response, s *subject) {
	if s.vary == "" {
		resp.Header.Add("Vary", "Accept-Encoding")
		return
	}
	for name := range strings.SplitSeq(s.vary, ",") {
		if name = strings.Trim(name, " \t"); name == "*" || strings.EqualFold(name, "Accept-Encoding") {
			return
		}
	}
	resp.Unrender()
	resp.Header.Set("Vary", s.vary+", Accept-Encoding")
}
