package webdav

import (
	"errors"
	"io"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// document reads a request's body as XML: nil if there is none.
func (c *call) document() (*node, error) {
	body, most := c.req.Body, c.Share.mostXML()
	if body == nil {
		return nil, nil
	}
	if c.req.ContentLength > most {
		return nil, refuse(413, "%d bytes of XML", c.req.ContentLength)
	}
	var text []byte
	var room [4096]byte
	for {
		n, err := body.ReadContext(c.ctx, room[:])
		if text = append(text, room[:n]...); int64(len(text)) > most {
			return nil, refuse(413, "more than %d bytes of XML", most)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, unread(err)
		}
	}
	if len(text) == 0 {
		return nil, nil
	}
	n, err := parseXML(text)
	if err != nil {
		return nil, &http1.Failure{Status: 400, Cause: err}
	}
	return n, nil
}

// unread is the failure of a request whose body broke off.
func unread(err error) error {
	if f, ok := errors.AsType[*http1.Failure](err); ok {
		return f
	}
	return &http1.Failure{Status: 400, Cause: err}
}

// xmlAnswer is an answer that is a document, without its first line.
func (c *call) xmlAnswer(status int, document []byte) *http1.Response {
	return &http1.Response{Request: c.req, Status: status, Header: http1.Header{xmlType}, Bytes: append([]byte(xmlHead), document...)}
}

const xmlHead = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

var xmlType = http1.Field{Name: "Content-Type", Value: "application/xml; charset=utf-8"}
