package gateway

import "bytes"

// mostStatus is the longest status line of a raw answer, in bytes.
const mostStatus = 4 << 10

// first takes an answer that is passed on as it is, as soon as its first line is
// complete. All of it follows, that line too.
func (p *headParser) first() (h *head, rest []byte, err error) {
	i := bytes.IndexByte(p.buf, '\n')
	if i > mostStatus || i < 0 && len(p.buf) > mostStatus {
		return nil, nil, errLineSize
	}
	if i < 0 {
		return nil, nil, nil
	}
	p.done = head{length: -1, raw: true}
	err = p.done.statusLine(string(bytes.TrimSuffix(p.buf[:i], []byte("\r"))))
	return &p.done, p.buf, err
}
