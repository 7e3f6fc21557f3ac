"""From a folder of documents to a bilingual corpus.

::

    file -> read -> Document -> segment -> Segment -> detect -> Segment + Language
                                                      |-> translate -> Translation --.
                                                      '-> embed -----> align <-------'-> Alignment -> quality -> Finding
    each batch: store.save_* -> db.write -> SQLite -> db.queries -> query | search | report

A stage turns records into records. It knows no file names, no database, no configuration file and no other stage.
``run`` alone knows the order of stages, ``store`` alone turns records into rows, ``commands`` alone prints.
"""

from pipeline import blas

VERSION = "0.1.0"

blas.settle()
