"""What people look at: sentences, drawings, pages in HTML, PDF and PNG, all from one result object."""
