package headers

import "github.com/kamaelia-go/kamaelia/components/http1"

// Edit is what Main does to a response.
func Edit(e *Editor, resp *http1.Response) { e.edit(resp) }
