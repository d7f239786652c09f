package compress

import (
	"bytes"
	"context"
	"io"
	"strings"
	"weak"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Encoder is a filter of responses that codes bodies with gzip or zstd for
// clients that accept that (RFC 9110 section 12.5.3).
//
//	*http1.Response ──▶ [ Encoder ] ──▶ *http1.Response
//	                         └── failures ──▶ *http1.Failure
//
// Small bodies are coded at once, files and streams while the Writer reads them;
// what a stream says leaves at once. What is coded gets Content-Encoding and a
// tag of its own, and whatever could have been coded gets Vary. Nothing is coded
// that is coded already, a range, too small, or has Cache-Control: no-transform.
//
// A request with If-None-Match that names the tag of what would be sent is
// answered with 304.
type Encoder struct {
	http1.ResponseFilter

	// Press has the options; any number of Encoders share one.
	Press *Press

	asked  string // the last Accept-Encoding, and
	chosen choice // what came of it
}

// A choice is what a client's Accept-Encoding leads to.
type choice struct {
	coding coding
	coded  bool // not identity
}

var (
	_ http1.ResponseFilterPart = (*Encoder)(nil)
	_ axon.Component           = (*Encoder)(nil)
	_ axon.Validator           = (*Encoder)(nil)
)

// Validate implements axon.Validator.
func (e *Encoder) Validate() error {
	if e.Press == nil {
		return errNoPress
	}
	return e.Press.Validate()
}

// Main implements axon.Component.
func (e *Encoder) Main(ctx context.Context) error {
	e.Press.ready()
	for resp := range e.Inbox.All(ctx) {
		if resp.Request != nil {
			e.encode(ctx, resp)
		}
		if err := e.Pass(ctx, resp); err != nil {
			return err
		}
	}
	return nil
}

// encode changes a response to a coded one, if the rules and the client want it.
func (e *Encoder) encode(ctx context.Context, resp *http1.Response) {
	p, s := e.Press, subjectOf(resp)
	what := p.judge(resp, &s)
	if what == leave {
		return
	}
	req, c := resp.Request, e.choose(resp.Request.Header)
	switch {
	case !c.coded:
	case what == unchanged && s.mediaType != "" && !req.Header.Has("If-None-Match"):
		// The handler was asked by date alone, and told of a tag that is not that
		// of what it would have sent.
		if tag := tagFor(s.tag, codingNames[c.coding], false); tag != "" {
			resp.Unrender()
			resp.Header.Set("ETag", tag)
		}
	case what == encode:
		s.coding, s.flows = c.coding, resp.Stream != nil
		if known(resp, &s) {
			notModified(resp, s.newTag())
		} else if p.replace(ctx, resp, &s) {
			return
		}
	}
	addVary(resp, &s)
}

// choose chooses by Accept-Encoding. The requests of one client have the same.
func (e *Encoder) choose(h http1.Header) choice {
	accept := h.Joined("Accept-Encoding")
	if accept == "" {
		return choice{}
	}
	if accept != e.asked {
		name, _ := http1.AcceptCoding(h, e.Press.codings...)
		c, ok := codingNamed(name)
		e.asked, e.chosen = strings.Clone(accept), choice{c, ok} // it is a part of a whole head
	}
	return e.chosen
}

// known reports whether the client has what would be sent (RFC 9110 section
// 13.1.2). That the other conditions hold, the handler has found.
func known(resp *http1.Response, s *subject) bool {
	h, method := resp.Request.Header, resp.Request.Method
	if resp.Status != 200 || method != "GET" && method != "HEAD" || !h.Has("If-None-Match") {
		return false
	}
	tag := s.newTag()
	return tag != "" && lists(h.Joined("If-None-Match"), tag)
}

// notModified makes a 304 of a response (RFC 9110 section 15.4.5).
func notModified(resp *http1.Response, tag string) {
	resp.Discard()
	resp.Status, resp.Reason = 304, ""
	resp.Bytes, resp.File, resp.Stream, resp.Length = nil, nil, nil, 0
	resp.Unrender()
	resp.Header.Set("ETag", tag)
	resp.Header.Del("Content-Length")
	resp.Header.Del("Accept-Ranges")
}

// replace puts a coded body in the place of a response's. It reports whether it
// did; if so, the fields are complete.
func (p *Press) replace(ctx context.Context, resp *http1.Response, s *subject) bool {
	if resp.Bytes != nil && s.size <= mostWhole {
		return p.replaceWhole(ctx, resp, s)
	}
	if resp.Request.Method == "HEAD" {
		// The fields of GET, and nothing that is read. That there is a body, and
		// that its length is not known, the Writer sees by the stream.
		resp.Discard()
		resp.Bytes, resp.File, resp.Length = nil, nil, 0
		resp.Stream = io.NopCloser(strings.NewReader(""))
		p.mark(resp, s)
		return true
	}
	flow := p.flow(resp, s.coding)
	if flow == nil {
		return false
	}
	resp.Bytes, resp.File, resp.Stream, resp.Length = nil, nil, flow, 0
	p.mark(resp, s)
	return true
}

// replaceWhole replaces a body that is in memory, by one from the Press's memory
// if it was coded before.
func (p *Press) replaceWhole(ctx context.Context, resp *http1.Response, s *subject) bool {
	strong := strings.HasPrefix(s.tag, `"`)
	k := keyOf(resp.Bytes, s.coding)
	var it *item
	if strong {
		it = p.kept.find(k)
	}
	if it == nil {
		body, ok := p.whole(ctx, resp.Bytes, s.coding)
		if !ok {
			return false
		}
		it = &item{key: k, bytes: body}
		if len(resp.Header) == 0 && len(resp.Rendered) > 0 && body != nil {
			it.plain, it.length = weak.Make(&resp.Rendered[0]), len(resp.Rendered)
			it.rendered = p.render(resp, s)
		}
		if strong {
			p.kept.keep(it)
		}
	}
	if it.bytes == nil {
		return false
	}
	resp.Bytes = it.bytes
	if len(resp.Header) == 0 && len(resp.Rendered) == it.length && it.length > 0 && weak.Make(&resp.Rendered[0]) == it.plain {
		resp.Rendered = it.rendered
	} else {
		p.mark(resp, s)
	}
	return true
}

// mark changes the fields of a response whose body is coded.
func (p *Press) mark(resp *http1.Response, s *subject) {
	resp.Unrender()
	h := &resp.Header
	h.Del("Content-Length")
	h.Del("Accept-Ranges") // of coded bytes there are none: RFC 9110 section 14.3
	if s.tag != "" {
		h.Del("ETag")
	}
	if tag := s.newTag(); tag != "" {
		h.Add("ETag", tag)
	}
	h.Add("Content-Encoding", codingNames[s.coding])
	addVary(resp, s)
}

// render returns the fields of a response with rendered ones alone, as mark would
// change them.
func (p *Press) render(resp *http1.Response, s *subject) []byte {
	marked := http1.Response{Rendered: resp.Rendered}
	p.mark(&marked, s)
	var b bytes.Buffer
	for _, f := range marked.Header {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	return b.Bytes()
}
