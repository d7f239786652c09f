package files

import (
	"errors"
	"path"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// instead returns the entry of Fallback for a request whose path names no file,
// or why, as it was found out, there is no answer.
//
// What is asked for must be able to be a page: a path that is hidden or
// misspelled is none, nor is one with the extension of a known type other than
// HTML, such as a style sheet that is gone, nor one for a client that takes no
// HTML.
func (r *Reader) instead(req *http1.Request, name string, why error) (*Entry, error) {
	if !errors.Is(why, ErrNotFound) || errors.Is(why, errHidden) || errors.Is(why, errSpelling) {
		return nil, why
	}
	if errors.Is(why, ErrNoIndex) && r.Directories.Linked() {
		return nil, why // it is for who lists them
	}
	if media, known := r.Tree.opts.known(strings.ToLower(path.Ext(name))); known && !isPage(media) {
		return nil, why
	}
	if !acceptsPages(req.Header) {
		// Others may be answered otherwise (RFC 9110 section 12.5.5).
		return nil, &http1.Failure{Status: 404, Cause: why, Header: varyAccept()}
	}
	e, err := r.Tree.Get(r.Fallback)
	if errors.Is(err, ErrNotFound) {
		return nil, why
	}
	return e, err
}

// varyAccept is what an answer has that depends on Accept.
func varyAccept() http1.Header { return http1.Header{{Name: "Vary", Value: "Accept"}} }

func isPage(media string) bool {
	return strings.HasPrefix(media, "text/html") || strings.HasPrefix(media, "application/xhtml+xml")
}

// acceptsPages reports whether the Accept fields allow text/html (RFC 9110
// section 12.5.1). The most specific range that fits counts.
func acceptsPages(h http1.Header) bool {
	accept := h.Joined("Accept")
	if accept == "" {
		return true
	}
	best, allowed := 0, false
	for member := range strings.SplitSeq(accept, ",") {
		media, parameters, _ := strings.Cut(member, ";")
		rank := 0
		switch strings.ToLower(strings.Trim(media, " \t")) {
		case "text/html":
			rank = 3
		case "text/*":
			rank = 2
		case "*/*":
			rank = 1
		}
		if rank > best {
			best, allowed = rank, !refused(parameters)
		}
	}
	return allowed
}

// refused reports whether there is a weight of 0 among parameters.
func refused(parameters string) bool {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.Trim(p, " \t"), "=")
		if strings.EqualFold(name, "q") {
			return strings.HasPrefix(value, "0") && strings.Trim(value, "0.") == ""
		}
	}
	return false
}
