// Package redirect has the stages that lead requests elsewhere: Redirect, which
// tells the client to ask elsewhere, and Rewrite, which changes the path before a
// handler sees it. Both look paths up in a Table of Rules.
package redirect
