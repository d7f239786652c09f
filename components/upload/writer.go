package upload

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Writer answers PUT and DELETE with the files of a Dir, and OPTIONS with what may be
// done with a path.
//
//	*http1.Request ──▶ [ Writer ] ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// PUT creates a file (201) or replaces it (204), as a whole or not at all, and
// answers with its entity tag; DELETE removes one (204). Preconditions are looked
// at before the body is read, so that a client which waits for 100 need not send
// it, and again in the moment in which the file takes its place. Any number of
// Writers share one Dir.
type Writer struct {
	http1.Handler

	// Dir is where the files are; it must be open.
	Dir *Dir

	// Prefix is the route that the Dir is served below, "" for the whole site.
	Prefix string
}

var (
	_ http1.HandlerPart = (*Writer)(nil)
	_ http1.Allower     = (*Writer)(nil)
	_ axon.Validator    = (*Writer)(nil)
)

// Validate implements axon.Validator.
func (w *Writer) Validate() error {
	if w.Dir == nil {
		return errors.New("upload: a Writer needs a Dir")
	}
	return nil
}

// Allow implements http1.Allower.
func (w *Writer) Allow() []string { return writeMethods }

var writeMethods = []string{"PUT", "DELETE", "OPTIONS"}

// Main implements axon.Component.
func (w *Writer) Main(ctx context.Context) error {
	for req := range w.Inbox.All(ctx) {
		resp, err := w.answer(ctx, req)
		if err == nil {
			err = w.Answer(ctx, resp)
		} else {
			err = w.Fail(ctx, req, 500, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) answer(ctx context.Context, req *http1.Request) (*http1.Response, error) {
	path := strings.TrimPrefix(req.Path, w.Prefix)
	name, err := w.Dir.Name(path)
	if err != nil {
		return nil, err
	}
	check := func() error { return w.Dir.Precondition(req, path, name) }
	switch req.Method {
	case "PUT":
		if path == "" || path[len(path)-1] == '/' {
			return nil, directory(name)
		}
		return w.Dir.Put(ctx, req, name, check)
	case "OPTIONS":
		return w.options(req, path, name), nil
	case "DELETE":
		if strings.HasSuffix(path, "/") {
			check = func() error { return refuse(404, "%q is not a directory", path) }
		}
		if err := w.Dir.Remove(name, check); err != nil {
			return nil, err
		}
		return &http1.Response{Request: req, Status: 204}, nil
	}
	f := refuse(405, "method %s", req.Method)
	f.Header.Add("Allow", "PUT, DELETE, OPTIONS")
	return nil, f
}

// What may be done with a path (RFC 9110 section 10.2.1). Who has a Writer reads the
// files by another part of the graph.
const (
	allowFile      = "GET, HEAD, PUT, DELETE, OPTIONS"
	allowDirectory = "GET, HEAD, OPTIONS"
	allowNothing   = "PUT, OPTIONS"
)

// options answers OPTIONS (RFC 9110 section 9.3.7).
func (w *Writer) options(req *http1.Request, path, name string) *http1.Response {
	allow := allowFile
	fi, err := w.Dir.root.Stat(cmp.Or(name, "."))
	switch {
	case path == "", strings.HasSuffix(path, "/"), err == nil && fi.IsDir():
		allow = allowDirectory
	case errors.Is(err, fs.ErrNotExist):
		allow = allowNothing
	}
	return &http1.Response{Request: req, Status: 204, Header: http1.Header{{Name: "Allow", Value: allow}}}
}
