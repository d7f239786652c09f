package files

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Reader answers GET and HEAD with the files of a Tree.
//
//	*http1.Request ──▶ [ Reader ] ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// Small files are answered from memory, large ones with the open file, which the
// Writer sends by sendfile. Any number of Readers share one Tree.
type Reader struct {
	http1.Handler

	// Tree holds the files; it must be open.
	Tree *Tree

	// Prefix is the route that the Tree is served below, "" for the whole site.
	Prefix string
}

var (
	_ http1.HandlerPart = (*Reader)(nil)
	_ axon.Validator    = (*Reader)(nil)
	_ http1.Allower     = (*Reader)(nil)
)

// Validate implements axon.Validator.
func (r *Reader) Validate() error {
	if r.Tree == nil {
		return errors.New("files: a Reader needs a Tree")
	}
	return nil
}

// Allow implements http1.Allower.
func (r *Reader) Allow() []string { return readMethods }

var readMethods = []string{"GET", "HEAD"}

// Main implements axon.Component.
func (r *Reader) Main(ctx context.Context) error {
	for req := range r.Inbox.All(ctx) {
		if err := r.serve(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) serve(ctx context.Context, req *http1.Request) error {
	if req.Method != "GET" && req.Method != "HEAD" {
		return r.other(ctx, req)
	}
	resp, err := r.answer(req)
	if err == nil {
		return r.Answer(ctx, resp)
	}
	if redirect, ok := errors.AsType[*Redirect](err); ok {
		return r.Outbox.Send(ctx, r.moved(req, redirect))
	}
	return r.Fail(ctx, req, Status(err), err)
}

// other answers methods that read no file.
func (r *Reader) other(ctx context.Context, req *http1.Request) error {
	allow := http1.Header{{Name: "Allow", Value: "GET, HEAD, OPTIONS"}}
	if req.Method == "OPTIONS" {
		return r.Outbox.Send(ctx, &http1.Response{Request: req, Status: 204, Header: allow})
	}
	return r.Failures.Send(ctx, &http1.Failure{
		Status: 405, Stage: axon.Address(ctx), Request: req, Header: allow,
		Cause: fmt.Errorf("files: method %s on a file", req.Method),
	})
}

// answer finds the file and decides between 200, 304 and 412.
func (r *Reader) answer(req *http1.Request) (*http1.Response, error) {
	path := req.Path[len(r.Prefix):]
	if path == "" {
		return nil, &Redirect{Location: "/"}
	}
	for range 3 {
		e, err := r.Tree.Get(path)
		if err != nil {
			return nil, err
		}
		resp := &http1.Response{Request: req, Status: 200, Rendered: e.Head}
		switch Evaluate(req.Method, req.Header, e.ETag, e.ModTime) {
		case 304:
			resp.Status = 304
			return resp, nil
		case 412:
			return nil, &http1.Failure{Status: 412, Cause: errors.New("files: the file is not as the request wants it")}
		}
		if e.Content != nil {
			resp.Bytes = e.Content
			return resp, nil
		}
		f, err := e.Open()
		if err == nil {
			if file, ok := f.(*os.File); ok {
				resp.File = &http1.Section{File: file, Size: e.Size}
			} else {
				resp.Stream, resp.Length = f, e.Size
			}
			return resp, nil
		}
		if !errors.Is(err, ErrChanged) {
			return nil, err
		}
	}
	return nil, ErrChanged
}

// moved answers a directory's name without the slash.
func (r *Reader) moved(req *http1.Request, to *Redirect) *http1.Response {
	location := r.Prefix + to.Location
	if req.Query != "" {
		location += "?" + req.Query
	}
	resp := http1.Text(req, 301, "moved to "+location+"\n")
	resp.Header.Add("Location", location)
	return resp
}
