package files

import (
	"fmt"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Section tells which part of size bytes a GET with a Range field is to get, for
// a component that has the content in memory (RFC 9110 section 14.2): length
// bytes from offset on. It reports false if the whole is to be sent, as it is to
// whoever asks for several ranges, or has another version of it (If-Range). If
// none of the ranges is within the content, the error is a *http1.Failure of 416.
func (c Current) Section(h http1.Header, size int64) (offset, length int64, ok bool, err error) {
	if _, ranges := asks(h); !ranges || !c.IfRange(h) {
		return 0, 0, false, nil
	}
	const most = 16
	spans, err := parseRanges(h.Joined("Range"), size, most)
	if err != nil {
		return 0, 0, false, &http1.Failure{
			Status: 416, Cause: fmt.Errorf("%w in %d bytes", err, size),
			Header: http1.Header{{Name: "Content-Range", Value: fmt.Sprintf("bytes */%d", size)}},
		}
	}
	if len(spans) != 1 {
		return 0, 0, false, nil
	}
	return spans[0].first, spans[0].size(), true, nil
}
