package lines

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// ToWords splits lines into words: Kamaelia's lines_to_tokenlists.
//
//	string ──▶ [ ToWords ] ──▶ []string
//
// Words stand between white space. One with white space in it is quoted as Go quotes
// strings: "a b". It ends with its input; a quote that does not end is a failure.
type ToWords struct {
	axon.Base

	Inbox  axon.Inbox[string]    // lines
	Outbox axon.Outbox[[]string] // their words; the receiver's own
}

var _ axon.Component = (*ToWords)(nil)

// Main implements axon.Component.
func (w *ToWords) Main(ctx context.Context) error {
	for line := range w.Inbox.All(ctx) {
		words, err := Words(line)
		if err != nil {
			return err
		}
		if err := w.Outbox.Send(ctx, words); err != nil {
			return err
		}
	}
	return nil
}

// Words takes a line apart as ToWords does.
func Words(line string) (words []string, err error) {
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" {
			return words, nil
		}
		if line[0] != '"' {
			end := strings.IndexAny(line, " \t\r\n")
			if end < 0 {
				end = len(line)
			}
			words, line = append(words, line[:end]), line[end:]
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, fmt.Errorf("lines: a quote without an end: %.40s", line)
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, fmt.Errorf("lines: %w: %.40s", err, quoted)
		}
		words, line = append(words, word), line[len(quoted):]
	}
}

// Line makes a line of words, that Words takes apart again.
func Line(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; w == "" || w[0] == '"' || strings.ContainsAny(w, " \t\r\n") {
			quoted[i] = strconv.Quote(w)
		}
	}
	return strings.Join(quoted, " ")
}
