package listing

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Lister answers GET and HEAD with what is in a directory of a Tree.
//
//	*http1.Request ──▶ [ Lister ] ──▶ *http1.Response
//	                       └── failures ──▶ *http1.Failure
//
// It stands behind a files.Reader with the same Tree and Prefix, linked to its
// Directories; or alone, then each path is taken for a directory. The query says
// how a page is sorted: ?sort=name, size or time, and &order=desc. A client that
// likes application/json better than text/html gets that.
//
// It looks at the directory for each request, and keeps nothing.
type Lister struct {
	http1.Handler

	// Tree holds the directories; it must be open. What it would not serve is
	// not listed.
	Tree *files.Tree

	// Prefix is the route that the Tree is served below, "" for the whole site.
	Prefix string

	// Most is how many names of a directory are listed, the first by name; 0
	// means 10,000. A page says so if there are more.
	Most int

	// Page is how many names a page has; 0 means 1,000. JSON has all.
	Page int
}

var (
	_ http1.HandlerPart = (*Lister)(nil)
	_ http1.Allower     = (*Lister)(nil)
	_ axon.Validator    = (*Lister)(nil)
)

const (
	defaultMost = 10_000
	defaultPage = 1_000
)

// Validate implements axon.Validator.
func (l *Lister) Validate() error {
	var errs []error
	if l.Tree == nil {
		errs = append(errs, errors.New("listing: a Lister needs a Tree"))
	}
	if err := http1.CheckPrefix(l.Prefix); err != nil {
		errs = append(errs, fmt.Errorf("listing: %w", err))
	}
	if l.Most < 0 {
		errs = append(errs, fmt.Errorf("listing: Most: %d is negative", l.Most))
	}
	if l.Page < 0 {
		errs = append(errs, fmt.Errorf("listing: Page: %d is negative", l.Page))
	}
	return errors.Join(errs...)
}

// Allow implements http1.Allower.
func (l *Lister) Allow() []string { return []string{"GET", "HEAD"} }

// Main implements axon.Component.
func (l *Lister) Main(ctx context.Context) error {
	for req := range l.Inbox.All(ctx) {
		resp, err := l.answer(req)
		if err != nil {
			err = l.Fail(ctx, req, files.Status(err), err)
		} else {
			err = l.Answer(ctx, resp)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// The forms of a listing.
const (
	formHTML = "text/html"
	formJSON = "application/json"
)

var errMethod = errors.New("listing: a directory is only read")

func (l *Lister) answer(req *http1.Request) (*http1.Response, error) {
	if req.Method != "GET" && req.Method != "HEAD" {
		return nil, &http1.Failure{Status: 405, Cause: errMethod, Header: http1.Header{{Name: "Allow", Value: "GET, HEAD"}}}
	}
	path := strings.TrimPrefix(req.Path, l.Prefix)
	if !strings.HasSuffix(path, "/") {
		return moved(req), nil
	}
	form := accepted(req.Header.Joined("Accept"), formHTML, formJSON)
	if form == "" {
		return nil, &http1.Failure{
			Status: 406, Cause: fmt.Errorf("listing: none of %s and %s is accepted", formHTML, formJSON),
			Header: http1.Header{{Name: "Vary", Value: "Accept"}},
		}
	}
	v, err := l.look(req, path)
	if err != nil {
		return nil, err
	}
	resp := &http1.Response{Request: req, Status: 200}
	if form == formJSON {
		resp.Bytes, err = v.json()
		resp.Header = http1.Header{{Name: "Content-Type", Value: formJSON}}
	} else {
		resp.Bytes, err = v.html(orDefault(l.Page, defaultPage))
		resp.Header = http1.Header{
			{Name: "Content-Type", Value: "text/html; charset=utf-8"},
			{Name: "Content-Security-Policy", Value: policy},
		}
	}
	if err != nil {
		return nil, err
	}
	resp.Header = append(resp.Header,
		http1.Field{Name: "Vary", Value: "Accept"},
		http1.Field{Name: "Cache-Control", Value: "no-cache"},
		http1.Field{Name: "X-Content-Type-Options", Value: "nosniff"})
	return revalidate(resp)
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// moved answers a directory's name without the slash (RFC 9110 section 15.4.2).
func moved(req *http1.Request) *http1.Response {
	to := url.URL{Path: "/" + strings.TrimLeft(req.Path, "/") + "/", RawQuery: req.Query}
	resp := http1.Text(req, 301, "moved to "+to.String()+"\n")
	resp.Header.Add("Location", to.String())
	return resp
}

// revalidate gives a response a tag, made of what is in it, and heeds the
// conditions of its request. The tag is weak: another version of this program may
// write the same down otherwise.
func revalidate(resp *http1.Response) (*http1.Response, error) {
	hash := fnv.New128a()
	_, _ = hash.Write(resp.Bytes)
	tag := fmt.Sprintf(`W/"%x"`, hash.Sum(nil))
	resp.Header.Add("ETag", tag)
	switch files.Evaluate(resp.Request.Method, resp.Request.Header, tag, time.Time{}) {
	case 304:
		resp.Status, resp.Bytes = 304, nil
		resp.Header.Del("Content-Type")
		resp.Header.Del("Content-Security-Policy")
	case 412:
		return nil, &http1.Failure{Status: 412, Cause: errors.New("listing: the directory is not as the request wants it")}
	}
	return resp, nil
}
