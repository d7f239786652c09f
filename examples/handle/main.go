// Command handle uses components from ordinary code: a function that calls, and gets answers.
//
//	Put ─▶ [ UPPER ─▶ REVERSE ] ─▶ Get                 a Handle
//	Write ─▶ [ LINESPLIT ─▶ REVERSE ─▶ LINEJOIN ] ─▶ Read   a File
//
// You will see
//
//	$ go run ./examples/handle stressed desserts
//	DESSERTS STRESSED
//	desserts
//	stressed
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/bridge"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/lines"
)

func reversed(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

// shout asks a pipeline for each word, and waits for the answer before it asks again.
func shout(ctx context.Context, words []string) (answers []string, err error) {
	h, err := bridge.Start[string, string](ctx, axon.Pipeline(flow.Transform(strings.ToUpper), flow.Transform(reversed)))
	if err != nil {
		return nil, err
	}
	defer h.Close()
	for _, word := range words {
		if err := h.Put(ctx, word); err != nil {
			return nil, err
		}
		answer, err := h.Get(ctx)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

// mirror copies a text line by line through a pipeline that looks like a file.
func mirror(ctx context.Context, to io.Writer, from io.Reader) error {
	f, err := bridge.LikeFile(ctx, axon.Pipeline(&lines.LineSplit{}, flow.Transform(reversed), &lines.LineJoin{}))
	if err != nil {
		return err
	}
	defer f.Close()
	go func() { // a writer waits while nobody reads
		_, _ = io.Copy(f, from)
		_ = f.CloseWrite()
	}()
	_, err = io.Copy(to, f)
	return err
}

func main() {
	answers, err := shout(context.Background(), os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Join(answers, " "))
	if err := mirror(context.Background(), os.Stdout, strings.NewReader(strings.Join(os.Args[1:], "\n"))); err != nil {
		log.Fatal(err)
	}
}
