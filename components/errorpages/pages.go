package errorpages

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Pages is an error component that answers with files of a Tree; where the Book
// has none, or the file is missing, it answers as http1.ErrorPages does.
//
//	*Failure ──▶ [ Pages ] ──▶ *Response
//
// A page is sent with the status of the failure, and with the fields that the
// failure asks for; it has no validators of its own, since it is not what was
// asked for.
type Pages struct {
	http1.ErrorHandler

	// Tree has the pages; it must be open.
	Tree *files.Tree

	// Book says which page is for which status.
	Book *Book

	// Debug shows the cause of the failure in place of any page.
	Debug bool
}

var (
	_ http1.ErrorPart = (*Pages)(nil)
	_ axon.Component  = (*Pages)(nil)
	_ axon.Validator  = (*Pages)(nil)
)

// Validate implements axon.Validator.
func (p *Pages) Validate() error {
	if p.Tree == nil || p.Book == nil {
		return errors.New("errorpages: Pages need a Tree and a Book")
	}
	return nil
}

// Main implements axon.Component.
func (p *Pages) Main(ctx context.Context) error {
	for f := range p.Inbox.All(ctx) {
		if err := p.Outbox.Send(ctx, p.answer(f)); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pages) answer(f *http1.Failure) *http1.Response {
	if path := p.Book.path(f.Status); path != "" && !p.Debug {
		if resp := p.page(f, path); resp != nil {
			return resp
		}
	}
	plain := http1.ErrorPages{Debug: p.Debug}
	return plain.Page(f)
}

// page returns an answer with a file, or nil if that can not be read.
func (p *Pages) page(f *http1.Failure, path string) *http1.Response {
	for range 3 {
		e, err := p.Tree.Get(path)
		if err != nil {
			return nil
		}
		resp := &http1.Response{
			Request: f.Request, Status: f.Status,
			Header: http1.Header{{Name: "Content-Type", Value: e.Type}},
		}
		if e.Content != nil {
			resp.Bytes = e.Content
			return resp
		}
		file, err := e.Open()
		if err == nil {
			resp.Stream, resp.Length = file, e.Size
			return resp
		}
		if !errors.Is(err, files.ErrChanged) {
			return nil
		}
	}
	return nil
}
