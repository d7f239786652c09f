package webdav

import (
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A multistatus is a 207 answer that is being written (RFC 4918 section 13). A
// small one is sent as a whole, a large one as it comes: nobody need hold it.
type multistatus struct {
	*call
	b    []byte
	sent bool // the first part is on its way
}

// piece is how many bytes are sent at once.
const piece = 32 << 10

func (c *call) multistatus() *multistatus {
	return &multistatus{call: c, b: []byte(xmlHead + `<D:multistatus xmlns:D="DAV:">`)}
}

// more lets a part of the answer go, if there is enough of it.
func (m *multistatus) more() error {
	if len(m.b) < piece {
		return nil
	}
	if !m.sent {
		m.sent, m.stream = true, http1.NewBody(0)
		resp := &http1.Response{Request: m.req, Status: 207, Header: http1.Header{xmlType}, Stream: m.stream}
		if m.gone = m.Answer(m.ctx, resp); m.gone != nil {
			return m.gone
		}
	}
	_, err := m.stream.Write(m.ctx, m.b)
	m.b = m.b[:0]
	return err
}

// end ends the answer. If it was not begun to be sent, it is returned.
func (m *multistatus) end() (*http1.Response, error) {
	m.b = append(m.b, "</D:multistatus>\n"...)
	if !m.sent {
		return &http1.Response{Request: m.req, Status: 207, Header: http1.Header{xmlType}, Bytes: m.b}, nil
	}
	if _, err := m.stream.Write(m.ctx, m.b); err != nil {
		return nil, err
	}
	m.stream.CloseWrite(nil)
	m.stream = nil
	return nil, nil
}

// response writes an element for a resource, with the groups of properties that
// share a status.
func (m *multistatus) response(href string, groups ...propstat) error {
	m.b = append(append(m.b, "<D:response><D:href>"...), href...)
	m.b = append(m.b, "</D:href>"...)
	for i, g := range groups {
		if len(g.props) == 0 && i > 0 { // the first is there in any case
			continue
		}
		m.b = append(append(m.b, "<D:propstat><D:prop>"...), g.props...)
		m.b = append(append(m.b, "</D:prop><D:status>HTTP/1.1 "...), g.status...)
		m.b = append(append(m.b, "</D:status>"...), g.error...)
		m.b = append(m.b, "</D:propstat>"...)
	}
	m.b = append(m.b, "</D:response>\n"...)
	return m.more()
}

// A propstat is some properties that share a status.
type propstat struct {
	status string
	props  []byte // XML
	error  string // XML
}
